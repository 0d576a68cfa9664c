#!/bin/sh
# Old Word files (.doc) are read by Debian's catdoc. Installed where that is possible; otherwise one
# line says what is missing, and such files are refused. With CI=true their tests fail without it.
command -v catdoc >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Cài catdoc để đọc Word đời cũ (.doc)…"
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq catdoc >/dev/null && exit 0
fi
echo "Không có catdoc: kho chưa nhận tệp .doc (cài gói catdoc để nhận)."
exit 0
