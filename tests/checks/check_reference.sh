#!/usr/bin/env bash
# The reference is whole: Doxygen warns of nothing in the public headers and the guide, and every exported function has a man page that man
# reads.
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in doxygen man python3; do
    command -v "$tool" >/dev/null || {
        echo "skipped: this check needs $tool"
        exit 77
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
complain() {
    echo "$*"
    failed=1
}

# Both fail where there is a warning.
read_all() { # OUTPUT_FOLDER SETTING...
    mkdir -p "$1"
    printf '%s\n' "@INCLUDE = cmake/Doxyfile" "OUTPUT_DIRECTORY = $1" "WARN_AS_ERROR = FAIL_ON_WARNINGS" "${@:2}" |
        doxygen - >"$1/log" 2>&1
}
read_headers() { # INCLUDE_FOLDER OUTPUT_FOLDER
    read_all "$2" "INPUT = $1/digitnet" "STRIP_FROM_PATH = $1" "STRIP_FROM_INC_PATH = $1" "USE_MDFILE_AS_MAINPAGE =" && says_what_it_throws "$2"
}
# A C++ function is noexcept, or its comment says what it throws; a span's own do as the container does.
says_what_it_throws() { # OUTPUT_FOLDER
    python3 - "$1"/xml/{class,struct}digitnet_1_1*.xml "$1/xml/namespacedigitnet.xml" <<'END' >>"$1/log"
import sys, xml.etree.ElementTree
silent = [(path, function.findtext("name"))
          for path in sys.argv[1:] if not path.endswith("span.xml")
          for function in xml.etree.ElementTree.parse(path).iter("memberdef")
          if function.get("kind") == "function" and function.get("prot") == "public" and function.findtext("name") != "span"
          and (function.get("noexcept") == "yes") == (function.find(".//parameterlist[@kind='exception']") is not None)]
for path, name in silent:
    print(f"{path}: {name} is noexcept and throws, or neither")
sys.exit(1 if silent else 0)
END
}

read_all "$work/all" || complain "Doxygen warns: $(cat "$work/all/log")"
read_headers include "$work/reference" || complain "Doxygen warns: $(cat "$work/reference/log")"

# Links lead to pages and places that are there, and none out of the folder.
dead_links() { # HTML_FOLDER
    python3 - "$1" <<'END'
import os, re, sys
os.chdir(sys.argv[1])
pages = {name: open(name, encoding="utf-8").read() for name in os.listdir() if name.endswith(".html")}
places = {name: set(re.findall(r'(?:id|name)="([^"]+)"', text)) for name, text in pages.items()}
for name, text in sorted(pages.items()):
    for link in sorted(set(re.findall(r'(?:href|src)="([^"]+)"', text))):
        page, _, place = link.partition("#")
        page = page or name
        if not re.match(r"https?:|javascript:|mailto:", link) and ("/" in page and page.startswith("..") or not os.path.exists(page)
                or place and page in pages and place not in places[page]):
            print(f"{name}: {link}")
END
}
links=$(dead_links "$work/all/html")
[ -z "$links" ] || complain "dead links: $links"

# Undocumented things, each planted in a copy of the headers, must be found.
plant() { # WHAT SED_SCRIPT HEADER
    rm -rf "$work/planted"
    cp -r include "$work/planted"
    sed -i "$2" "$work/planted/digitnet/$3"
    ! cmp -s "include/digitnet/$3" "$work/planted/digitnet/$3" || complain "$1 could not be planted in $3"
    ! read_headers "$work/planted" "$work/planted-reference" || complain "$1 was not found"
}
plant "an undocumented function" 's/^DIGITNET_END_DECLARATIONS/DIGITNET_API int digitnet_planted(void);\n&/' model.h
plant "an undocumented parameter" '/@param *labels .*class numbers/d' dataset.h
plant "an undocumented result" '/@retval\|@return/d' image.h
plant "an undocumented field" 's|/\*\*< Images a step.*||' training.h
plant "an undocumented C++ parameter" '/@param channels .*1 for grey/d' model.hpp
plant "an undocumented C++ result" '/@return the table, /d' model.hpp
plant "an undocumented exception" '/@throws error *with the status of digitnet_model_clone()/d' model.hpp

# A status that a comment names must be one.
while read -r status; do
    grep -q "X(${status#DIGITNET_}, " include/digitnet/status.h || complain "the comments name $status, which is no status"
done < <(grep -oh '\bDIGITNET_E[A-Z]\{2,\}\b' include/digitnet/*.h | grep -v 'DIGITNET_E\(ND\|POCH\|XPORT\)' | sort -u)

# Man pages: one for each exported function, which says what the function gives and returns.
python3 cmake/man_pages.py "$work/reference/xml" "$work/man3" 1.2.3
echo '#include "digitnet/digitnet.h"' | cc -E -P -Iinclude - | tr '\n' ' ' | tr ';{}' '\n\n\n' |
    sed -n 's/.*visibility("default").*[ *]\(digitnet_[a-z0-9_]*\) *(.*/\1/p' >"$work/functions"
[ "$(wc -l <"$work/functions")" -gt 50 ] || complain "the list of functions looks wrong: $(cat "$work/functions")"
while read -r function; do
    page=$work/man3/$function.3
    [ -s "$page" ] || { complain "$function has no man page"; continue; }
    ! grep -q "^.fBdigitnet_status $function" "$page" || grep -qx '.fBDIGITNET_OK.fR' "$page" ||
        complain "the page of $function does not say what it returns"
done <"$work/functions"
pages=("$work"/man3/*.3)
MANWIDTH=80 man --warnings -l "${pages[@]}" >"$work/text" 2>"$work/warnings"
[ ! -s "$work/warnings" ] || complain "man warns: $(cat "$work/warnings")"
for line in NAME SYNOPSIS '       #include <digitnet/[a-z]*.h>' DESCRIPTION; do
    [ "$(grep -cx "$line" "$work/text")" = ${#pages[@]} ] || complain "a page has no line, or two, with $line"
done
exit "$failed"
