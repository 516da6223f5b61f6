#!/bin/sh
# Find Chromium for the browser tests, or install it where that is allowed. Never fails: the tests say what they skip.
set -u
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests..."
  apt-get -qq update >/dev/null 2>&1
  # The first is the same browser without a desktop around it: smaller, and quicker to open a window.
  for name in chromium-headless-shell chromium; do
    apt-get -qq install -y --no-install-recommends "$name" fonts-liberation >/dev/null 2>&1 && exit 0
  done
fi
echo "No Chromium here and it could not be installed: THE BROWSER TESTS WILL BE SKIPPED." >&2
exit 0
