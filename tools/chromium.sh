#!/usr/bin/env bash
# The browser tests need Debian's chromium and a Chinese font; install them where we may, else say so.
command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi "noto.*cjk" && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  command -v chromium >/dev/null || echo "No chromium: browser tests will be skipped (apt-get install chromium fonts-noto-cjk)."
  exit 0
fi
echo "Installing chromium for the browser tests …"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig; } >/dev/null 2>&1 ||
  echo "chromium could not be installed: browser tests will be skipped."
