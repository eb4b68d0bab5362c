#!/usr/bin/env bash
# Spark needs Java 17 or newer; install Debian's where we may, else say so (the tests then skip with the reason).
command -v java >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "No Java: the Spark tests will be skipped (apt-get install openjdk-17-jre-headless)."
  exit 0
fi
echo "Installing Java for Spark …"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; } >/dev/null 2>&1 ||
  echo "Java could not be installed: the Spark tests will be skipped."
