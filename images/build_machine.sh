#!/bin/sh
# Installs on a plain Debian machine what `make image` and `make image-test` need, and nothing twice.
set -eu

PACKAGES="mmdebstrap arch-test qemu-user-static genimage rauc erofs-utils cryptsetup-bin u-boot-tools mtools dosfstools \
e2fsprogs fdisk openssl squashfs-tools qemu-system-arm u-boot-qemu"

missing=""
for package in $PACKAGES; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "Installing Debian's packages:$missing"
    if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo"; fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    $as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi
