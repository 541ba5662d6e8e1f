#!/bin/sh
# Lets this machine's own dpkg-deb unpack in a tree for another machine: decompressing is most of the work, and emulated
# it takes ten times as long. `in TREE` puts it there with its libraries, `out TREE` takes everything back.
set -eu
tree=$2
kept=$tree/usr/bin/dpkg-deb.of-the-tree
libraries=$(ldd /usr/bin/dpkg-deb | grep -o '/[^ ]*')

case $1 in
    in)
        # Debian's packages insist that the folders of libraries are links into /usr.
        if [ ! -e "$tree/lib64" ]; then
            mkdir -p "$tree/usr/lib64"
            ln -s usr/lib64 "$tree/lib64"
            touch "$tree/usr/lib64/.of-the-unpacking"
        fi
        cp -a "$tree/usr/bin/dpkg-deb" "$kept"
        cp --remove-destination /usr/bin/dpkg-deb "$tree/usr/bin/dpkg-deb"
        for library in $libraries; do
            mkdir -p "$tree$(dirname "$library")"
            cp -L "$library" "$tree$library"
        done
        chroot "$tree" dpkg-deb --version >/dev/null
        ;;
    out)
        for library in $libraries; do
            rm -f "$tree$library"
        done
        if [ -e "$tree/usr/lib64/.of-the-unpacking" ]; then
            rm -r "$tree/usr/lib64" "$tree/lib64"
        fi
        rmdir --ignore-fail-on-non-empty "$tree/usr/lib/$(uname -m)-linux-gnu"
        mv "$kept" "$tree/usr/bin/dpkg-deb"
        ;;
esac
