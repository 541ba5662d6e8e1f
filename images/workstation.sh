#!/bin/sh
# Installs on a plain Debian machine what the demo, the tests and a developer need, and nothing twice:
# Debian's packages (root or sudo), then a virtual environment in .venv with the locked versions.
# Runs in a second when everything is there.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="python3-venv python3-dev gcc g++ pkg-config swig libpcsclite-dev libicu-dev pcscd vsmartcard-vpcd \
mosquitto libjemalloc2 postgresql chromium util-linux tesseract-ocr tesseract-ocr-tha \
libfaketime libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils nftables systemd e2fsprogs \
dbus rauc squashfs-tools genimage erofs-utils cryptsetup-bin mtools dosfstools u-boot-tools fdisk openssl"

# Peers of the bench and the sign-on of a ministry run on node; one that is there already will do.
command -v npm >/dev/null || PACKAGES="$PACKAGES nodejs npm"

missing=""
for package in $PACKAGES; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "Installing Debian's packages:$missing"
    if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo"; fi
    export DEBIAN_FRONTEND=noninteractive
    # A reader service, broker or database of the machine's own is neither wanted nor disturbed: ours run privately.
    $as_root apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    $as_root env RUNLEVEL=1 apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi

lock=.requirements.lock
stamp=.venv/installed-from
if ! cmp -s "$lock" "$stamp" 2>/dev/null; then
    echo "Installing Python packages into .venv (some are compiled; about two minutes the first time)"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
    # setuptools warns of every editable installation; a newcomer should not have to wonder.
    PYTHONWARNINGS=ignore .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
    cp "$lock" "$stamp"
fi
