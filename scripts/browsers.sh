#!/bin/sh
# Make sure that what the tests need of Debian is there: chromium for all of tests/e2e, Firefox and
# WebKitGTK for tests/e2e/test_engines.py, nginx and Caddy for tests/e2e/test_proxies.py. As root,
# what is missing is installed; else this says what it is, and without Chromium fails: the tests of
# the others are skipped then. Safe to repeat.
set -eu

missing="" # packages of apt

needs() { # needs PACKAGE WHERE...: the package, unless one of these is a program or a file
  package=$1
  shift
  for place in "$@"; do
    if command -v "$place" >/dev/null 2>&1 || [ -e "$place" ]; then
      return
    fi
  done
  missing="$missing $package"
}

needs chromium chromium
chromium=$missing
# Firefox stops a sound that has no device to go to; the tests give it one that nobody hears.
needs firefox-esr firefox-esr
needs pulseaudio pulseaudio
# WebKitGTK wants a screen and plays through GStreamer; the last two are for the small browser that
# the tests make of it (tests/e2e/engines/webkit_browser.py).
needs webkit2gtk-driver WebKitWebDriver
needs gstreamer1.0-plugins-good /usr/lib/*/gstreamer-1.0/libgstautodetect.so
needs gstreamer1.0-libav /usr/lib/*/gstreamer-1.0/libgstlibav.so
needs xvfb Xvfb
needs python3-gi /usr/lib/python3/dist-packages/gi
needs gir1.2-webkit2-4.1 /usr/lib/*/girepository-1.0/WebKit2-4.1.typelib
# The proxies that docs/deployment is about, and how Chromium comes to trust a certificate.
needs nginx nginx /usr/sbin/nginx
needs caddy caddy
needs libnss3-tools certutil

if [ -z "$missing" ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  # They are only to be there: no web server of the system is to start, now or ever.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt-get update -qq
  # Unquoted: each word is a package.
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends fonts-dejavu-core $missing >/dev/null
  for server in nginx caddy; do
    case $missing in
      *" $server"*) [ ! -d /run/systemd/system ] || systemctl --quiet disable "$server" ;;
    esac
  done
  exit 0
fi
if [ -n "$chromium" ]; then
  echo "The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium" >&2
  exit 1
fi
echo "Without these the tests that need them are skipped. On Debian:" >&2
echo "sudo apt-get install$missing" >&2
