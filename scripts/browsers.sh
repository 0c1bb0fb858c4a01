#!/bin/sh
# Make sure that the browsers of the tests are there: Debian's chromium for all of tests/e2e, and
# Firefox and WebKitGTK for tests/e2e/test_engines.py. As root, what is missing is installed; else
# this says what it is, and without Chromium fails: the tests of the other two are skipped then.
# Safe to repeat.
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

if [ -z "$missing" ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # Unquoted: each word is a package.
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends fonts-dejavu-core $missing >/dev/null
  exit 0
fi
if [ -n "$chromium" ]; then
  echo "The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium" >&2
  exit 1
fi
echo "Without these the tests in Firefox and WebKitGTK are skipped. On Debian:" >&2
echo "sudo apt-get install$missing" >&2
