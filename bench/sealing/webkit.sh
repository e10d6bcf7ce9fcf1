#!/bin/sh
# WebKitGTK's MiniBrowser without a screen: its windows go to GTK's own broadwayd.
# python bench/sealing/serve.py --name webkit --run "bench/sealing/webkit.sh {profile}"
set -eu
export HOME="$1" XDG_CACHE_HOME="$1/cache" XDG_DATA_HOME="$1/data" GDK_BACKEND=broadway BROADWAY_DISPLAY=:77
shift
mkdir -p "$XDG_CACHE_HOME"
broadwayd -a 127.0.0.1 -p 8677 :77 >"$HOME/display.log" 2>&1 &
display=$!
trap 'kill "$browser" "$display"; exit 0' TERM INT
browser=$display
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -S "$XDG_CACHE_HOME/broadway78.socket" ] && break
    sleep 1
done
minibrowser=$(find /usr/lib /usr/libexec -path '*webkit2gtk-4*' -name MiniBrowser 2>/dev/null | head -n 1)
"$minibrowser" --private "$@" >"$HOME/browser.log" 2>&1 &
browser=$!
wait "$browser" || true
kill "$display"
