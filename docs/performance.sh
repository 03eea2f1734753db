#!/usr/bin/env bash
# Measures what docs/performance.md shows, side by side in one run, with
# hyperfine. Ratios count; absolute times are this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-trimpath -tags urfave_cli_no_docs -ldflags "-s -w")
CGO_ENABLED=0 go build "${flags[@]}" -o "$work/bin/" ./cmd/...
export PATH="$work/bin:$PATH"
cd "$work"
futura-tour --folder tour >/dev/null
gpg --dearmor <tour/issuer.asc >issuer.pgp 2>/dev/null
root=$(sed -n "s/^root = '\(.*\)'/\1/p" tour/site/config.toml)
echo "== start to verdict, the same signature"
hyperfine --warmup 20 --runs 300 --shell=none --style=none --export-csv verdict.csv \
	-n futura-verify "futura-verify license --root $root --trust tour/issuer/futura.trust tour/reply/versao8.9.ver" \
	-n gpgv "gpgv --keyring ./issuer.pgp tour/reply/versao8.9.ver" \
	-n sqv "sqv --keyring issuer.pgp tour/audit/text.sig tour/audit/text" >/dev/null 2>&1
awk -F, 'NR > 1 { printf "%-16s median %6.2f ms   min %6.2f ms\n", $1, $4 * 1000, $7 * 1000 }' verdict.csv
echo "== futura-request check, on the tour's database"
hyperfine --warmup 5 --runs 100 --shell=none --style=none --export-csv check.csv \
	-n check "futura-request check --home tour/site" -n version "futura-request --version" >/dev/null 2>&1
awk -F, 'NR > 1 { printf "%-16s median %6.2f ms   min %6.2f ms\n", $1, $4 * 1000, $7 * 1000 }' check.csv
echo "== sizes"
for program in "$work"/bin/*; do printf '%-16s %5.1f MB\n' "$(basename "$program")" "$(stat -c %s "$program" | awk '{ print $1 / 1e6 }')"; done
