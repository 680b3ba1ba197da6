# shellcheck shell=bash disable=SC2154 # cache comes from the script that sources this
# Debian's packages and their sources as files in the folder `cache`: nothing is installed. To be sourced.

# Runs an apt command that sees an architecture's packages, none of them installed.
private_apt() { # ARCHITECTURE COMMAND ARGUMENT...
    local folder=$cache/apt-$1 keys=/usr/share/keyrings/debian-archive-keyring.gpg release
    if [ ! -e "$folder/ready" ]; then
        release=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") || {
            echo "Debian's packages are needed, and this is no Debian machine" >&2
            return 1
        }
        mkdir -p "$folder/sources.list.d"
        : >"$folder/status"
        printf '%s\n' "deb [signed-by=$keys] http://deb.debian.org/debian $release main" \
            "deb-src [signed-by=$keys] http://deb.debian.org/debian $release main" >"$folder/sources.list"
        cat >"$folder/apt.conf" <<END
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "$folder/sources.list.d";
Dir::State "$folder";
Dir::State::status "$folder/status";
Dir::Cache "$folder";
END
        APT_CONFIG=$folder/apt.conf apt-get -qq update
        touch "$folder/ready"
    fi
    APT_CONFIG=$folder/apt.conf "${@:2}"
}

# Packages and all that they depend on, unpacked into cache/root-ARCHITECTURE as if it were a root.
unpack_packages() { # ARCHITECTURE PACKAGE...
    local root=$cache/root-$1 package link
    [ ! -e "$root/ready" ] || return 0
    private_apt "$1" apt-get -qq --yes --download-only install "${@:2}"
    mkdir -p "$root"
    for package in "$cache/apt-$1/archives"/*.deb; do
        dpkg-deb --extract "$package" "$root"
    done
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$root$(readlink "$link")" "$link"
    done
    touch "$root/ready"
}

# A package's source with Debian's changes, in a new folder.
unpack_source() { # PACKAGE FOLDER
    local downloads=$2-downloads
    mkdir -p "$downloads"
    (cd "$downloads" && private_apt "$(dpkg --print-architecture)" apt-get -qq --download-only source "$1")
    rm -rf "$2"
    dpkg-source --no-copy --extract "$downloads"/*.dsc "$2"
    rm -r "$downloads"
}
