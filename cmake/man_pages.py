#!/usr/bin/env python3
"""Writes man pages from Doxygen's XML: one for each function, macro, type and callback, and digitnet(3), which lists them.
Doxygen's own man pages hold a whole header each.

    man_pages.py XML_FOLDER OUTPUT_FOLDER VERSION
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

WIDTH = 80 - 7  # columns of a terminal, without man's indentation
OVERVIEW = "digitnet"
UMBRELLA = "digitnet/digitnet.h"


class Symbol:
    """What Doxygen knows of a name that gets a page."""

    def __init__(self, name, kind, element, header):
        self.name = name
        self.kind = kind  # function, define, typedef, enum or struct
        self.element = element
        self.header = header
        self.parameters = [text_of(parameter, "declname") or text_of(parameter, "defname") for parameter in element.findall("param")]
        self.synopsis = SYNOPSES[kind](self)
        self.mentioned = []  # names of other pages

    def mention(self, name):
        if name != self.name and name not in self.mentioned:
            self.mentioned.append(name)


# ---- Text ----

def text_of(element, path):
    found = element.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def escape(text):
    return text.replace("\\", "\\e")


def escape_code(text):
    return escape(text).replace("-", "\\-")


def bold(text):
    return f"\\fB{escape_code(text)}\\fR"


def italic(text):
    return f"\\fI{escape_code(text)}\\fR"


def line_of(text):
    """One line of filled text, which must not look like a request."""
    text = " ".join(text.split())
    return f"\\&{text}" if text.startswith((".", "'")) else text


def inline(child, symbol, pages):
    content = "".join(child.itertext())
    name = content.removesuffix("()")
    if child.tag == "computeroutput":
        return italic(content) if content in symbol.parameters else bold(content)
    if child.tag == "ref" and name in pages:
        symbol.mention(name)
        return bold(name) + ("(3)" if content != name else "")
    if child.tag in ("ref", "ulink"):
        return bold(content)
    if child.tag == "linebreak":
        return " "
    raise ValueError(f"{symbol.name}: <{child.tag}> in a text")


def code(text):
    lines = ["\\&" + escape_code(line) for line in text.strip("\n").split("\n")]
    return [".PP", ".in +4n", ".nf", *lines, ".fi", ".in"]


def block(child, symbol, pages):
    """Lines for what stands between texts; None for what is part of one. Parameters and results have sections of their own."""
    if child.tag == "itemizedlist":
        return [line for item in child for line in [".IP \\(bu 2", *paragraphs(item, symbol, pages)[1:]]]
    if child.tag == "verbatim":
        return code(child.text)
    return [] if child.tag in ("parameterlist", "simplesect") else None


def paragraphs(element, symbol, pages):
    """Texts, each behind a .PP, lists and code. What is not known is an error, so that nothing is lost."""
    lines = []
    for part in element.findall("para") if element is not None else []:
        text = escape(part.text or "")
        for child in part:
            between = block(child, symbol, pages)
            if between is None:
                text += inline(child, symbol, pages)
            else:
                lines += [".PP", line_of(text)] if text.strip() else []
                lines += between
                text = ""
            text += escape(child.tail or "")
        lines += [".PP", line_of(text)] if text.strip() else []
    return lines


def one_text(elements, symbol, pages):
    lines = [line for element in elements for line in paragraphs(element, symbol, pages)]
    return " ".join(line for line in lines if line != ".PP")


# ---- Synopses ----

def typed(kind, name):
    kind = kind.replace("(*", " (*")
    return kind + name if kind.endswith("*") else f"{kind} {name}"


def broken(start, arguments, end):
    """One line, or a line for each argument."""
    whole = f"{start}{', '.join(arguments)}{end}"
    if len(whole) <= WIDTH:
        return [whole]
    return [start, *(f"    {argument}," for argument in arguments[:-1]), f"    {arguments[-1]}{end}"]


def function_synopsis(symbol):
    arguments = [typed(text_of(parameter, "type"), text_of(parameter, "declname")) for parameter in symbol.element.findall("param")]
    return broken(typed(text_of(symbol.element, "type"), symbol.name) + "(", arguments or ["void"], ");")


def macro_synopsis(symbol):
    return [f"#define {symbol.name}({', '.join(symbol.parameters)})"]


def typedef_synopsis(symbol):
    arguments = text_of(symbol.element, "argsstring")
    start = "typedef " + typed(text_of(symbol.element, "type"), symbol.name)
    return broken(start + ")(", arguments[2:-1].split(", "), ");") if arguments else [start + ";"]


def enum_synopsis(symbol):
    values = [f"    {text_of(value, 'name')} {text_of(value, 'initializer')}" for value in entries(symbol)]
    return [f"typedef enum {symbol.name} {{", *(f"{value}," for value in values[:-1]), values[-1], f"}} {symbol.name};"]


def struct_synopsis(symbol):
    fields = [typed(text_of(field, "type"), text_of(field, "name")) + text_of(field, "argsstring") for field in entries(symbol)]
    return [f"typedef struct {symbol.name} {{", *(f"    {field};" for field in fields), f"}} {symbol.name};"]


SYNOPSES = {"function": function_synopsis, "define": macro_synopsis, "typedef": typedef_synopsis, "enum": enum_synopsis,
            "struct": struct_synopsis}


# ---- Pages ----

def entries(symbol):
    """The fields of a struct, or the values of an enumeration."""
    return symbol.element.findall(".//memberdef" if symbol.kind == "struct" else "enumvalue")


def tagged(name, text):
    return [".TP", name, line_of(text)]


def list_entries(symbol, pages):
    return [line for entry in entries(symbol)
            for line in tagged(bold(text_of(entry, "name")),
                               one_text([entry.find("briefdescription"), entry.find("detaileddescription")], symbol, pages))]


def list_parameters(kind, face, symbol, pages):
    return [line for item in symbol.element.findall(f"detaileddescription//parameterlist[@kind='{kind}']/parameteritem")
            for line in tagged(face(text_of(item, ".//parametername")), one_text([item.find("parameterdescription")], symbol, pages))]


def result(symbol, pages):
    said = symbol.element.find("detaileddescription//simplesect[@kind='return']")
    text = one_text([said], symbol, pages) if said is not None else ""
    return ([line_of(text)] if text else []) + list_parameters("retval", bold, symbol, pages)


def see_also(symbol, pages):
    """What the page mentions, what its declaration mentions, and for a type the functions that take it."""
    for word in re.findall(r"\w+", " ".join(symbol.synopsis)):
        if word in pages:
            symbol.mention(word)
    if symbol.kind in ("struct", "enum", "typedef"):
        word = re.compile(rf"\b{symbol.name}\b")
        for other in pages.values():
            if other.kind == "function" and word.search(" ".join(other.synopsis)):
                symbol.mention(other.name)
    return [f".BR {name} (3)," for name in symbol.mentioned] + [f".BR {OVERVIEW} (3)"]


def head(name, version, summary):
    """Names would suffer from hyphens, and lines that hold them from justification."""
    return [f'.TH {name} 3 "" "libdigitnet {version}" libdigitnet', ".nh", ".ad l", ".SH NAME", f"{name} \\- {summary}", ".SH SYNOPSIS"]


def summary(symbol):
    text = text_of(symbol.element, "briefdescription").removesuffix(".")
    return escape(text if text.startswith(OVERVIEW) else text[:1].lower() + text[1:])


def page(symbol, pages, version):
    detailed = symbol.element.find("detaileddescription")
    brief = paragraphs(symbol.element.find("briefdescription"), symbol, pages)
    sections = {
        "DESCRIPTION": (brief + paragraphs(detailed, symbol, pages))[1:],
        "FIELDS": list_entries(symbol, pages) if symbol.kind == "struct" else [],
        "VALUES": list_entries(symbol, pages) if symbol.kind == "enum" else [],
        "PARAMETERS": list_parameters("param", italic, symbol, pages),
        "RETURN VALUE": result(symbol, pages),
        "SEE ALSO": see_also(symbol, pages),
    }
    lines = [*head(symbol.name, version, summary(symbol)), ".nf", bold(f"#include <{symbol.header}>"), ".PP",
             *map(bold, symbol.synopsis), ".fi"]
    return lines + [line for name, content in sections.items() if content for line in [f".SH {name}", *content]]


def overview(headers, pages, version):
    """The umbrella header's text, and for each header what it says and what it declares."""
    umbrella = next(header for header in headers if header.name == UMBRELLA)
    lines = [*head(OVERVIEW, version, summary(umbrella)), bold(f"#include <{UMBRELLA}>"), ".SH DESCRIPTION",
             *paragraphs(umbrella.element.find("detaileddescription"), umbrella, pages)[1:]]
    for header in headers:
        declared = [symbol for symbol in pages.values() if symbol.element in header.members]
        if declared:
            texts = [paragraphs(header.element.find(part), header, pages) for part in ("briefdescription", "detaileddescription")]
            lines += [f".SH {header.name}", *(texts[0] + texts[1])[1:]]
            lines += [line for symbol in declared for line in tagged(f"{bold(symbol.name)}(3)", summary(symbol))]
    return lines


# ---- Reading ----

class Header:
    """A header: its texts, and the elements of what it declares."""

    def __init__(self, folder, identifier):
        self.element = ElementTree.parse(folder / f"{identifier}.xml").find("compounddef")
        self.name = self.element.find("location").get("file")
        self.members = list(self.element.iter("memberdef"))
        for struct in self.element.findall("innerclass"):
            self.members.append(ElementTree.parse(folder / f"{struct.get('refid')}.xml").find("compounddef"))
        self.parameters, self.mentioned = [], []

    def mention(self, name):
        pass

    def symbols(self, include):
        for member in self.members:
            name = text_of(member, "name") or text_of(member, "compoundname")
            documented = text_of(member, "briefdescription")
            constant = member.get("kind") == "define" and member.find("param") is None
            if documented and not constant:
                yield Symbol(name, member.get("kind"), member, include)


def main(folder, output, version):
    folder, output = Path(folder), Path(output)
    index = ElementTree.parse(folder / "index.xml")
    headers = [Header(folder, compound.get("refid")) for compound in index.findall("compound[@kind='file']")]
    headers = [header for header in headers if header.name.endswith(".h")]
    included = [include.text for header in headers if header.name == UMBRELLA for include in header.element.findall("includes")]
    pages = {symbol.name: symbol for header in headers
             for symbol in header.symbols(UMBRELLA if header.name in included else header.name)}
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*.3"):
        old.unlink()
    for name, lines in {OVERVIEW: overview(headers, pages, version),
                        **{symbol.name: page(symbol, pages, version) for symbol in pages.values()}}.items():
        (output / f"{name}.3").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
