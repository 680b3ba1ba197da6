#!/usr/bin/env bash
# Runs a program in a locale whose decimal point is a comma, made for the occasion: comma_locale.sh PROGRAM
set -euo pipefail
if ! command -v localedef >/dev/null || [ ! -e /usr/share/i18n/locales/de_DE ]; then
    echo "skipped: this check needs localedef and its sources (Debian's locales)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
localedef -i de_DE -f UTF-8 "$folder/comma"
LOCPATH="$folder" LC_ALL=comma "$@"
