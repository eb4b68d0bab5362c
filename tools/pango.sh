#!/usr/bin/env bash
# Handbooks as PDF need Pango and a Chinese font; install them where we may, else say so.
ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 && fc-list 2>/dev/null | grep -qi "noto.*cjk" && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "No Pango: handbooks cannot be made as PDF (apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk)."
  exit 0
fi
echo "Installing Pango for documents as PDF …"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk fontconfig; } >/dev/null 2>&1 ||
  echo "Pango could not be installed: handbooks cannot be made as PDF."
