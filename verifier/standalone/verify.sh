#!/bin/sh
# A script inside the file proves nothing against whoever made the file: fetch the published one, and your own trust folder.
# Un script contenu dans le fichier ne prouve rien contre qui a fait le fichier : prenez celui qui est publié, et vos ancres.
#
# usage: verify.sh FILE.asice TRUST_DIR     TRUST_DIR holds root.pem tsa.pem crls.pem log.vkey
# exit 0 what is checked here holds; 1 refused; 2 usage, no trust folder, or a tool is missing
# needs a POSIX shell with coreutils, unzip, openssl 3, xxd; no network
set -u
LC_ALL=C
export LC_ALL
umask 077

say() { printf '%s\n' "$*"; }
refuse() { say "REFUSED / REFUSÉ: $*"; exit 1; }

say "A script inside the file proves nothing against whoever made the file: use the published one."
say "Un script contenu dans le fichier ne prouve rien contre qui a fait le fichier : prenez celui qui est publié."
say "Not checked here: JSON rules (RFC 8785, duplicate keys), who may sign and in which role, witness = author, ceremonies,"
say "the certificate's profile and statement digest, the token inside each .p7s, surplus signers or bytes in a .p7s, time-stamp policy,"
say "log consistency, zip headers that disagree. For these: python -m verifier FILE.asice --trust TRUST_DIR"
say ""

[ $# -eq 2 ] && [ -f "$1" ] && [ -d "$2" ] || { say "usage: verify.sh FILE.asice TRUST_DIR"; exit 2; }
for tool in unzip openssl sha256sum xxd base64 date; do
  command -v "$tool" >/dev/null 2>&1 || { say "missing tool: $tool"; exit 2; }
done
file=$(readlink -f -- "$1")
trust=$(readlink -f -- "$2")
for name in root.pem tsa.pem crls.pem log.vkey; do
  [ -r "$trust/$name" ] || { say "missing in the trust folder: $name"; exit 2; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
ln -s -- "$file" "$work/file.zip"

# 1. names and sizes, before anything is unpacked
unzip -Z1 "$work/file.zip" > "$work/names" 2>/dev/null || refuse "not a zip archive"
[ "$(head -n 1 "$work/names")" = mimetype ] || refuse "mimetype is not the first file"
[ "$(wc -l < "$work/names")" -le 1000 ] || refuse "more than 1000 files"
grep -qv '^[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]$' "$work/names" && refuse "a file name is not allowed"
grep -qE '(^|/)\.|//' "$work/names" && refuse "a file name is not allowed"
[ -z "$(tr A-Z a-z < "$work/names" | sort | uniq -d)" ] || refuse "two files of the same name"
unzip -Zt "$work/file.zip" > "$work/total" 2>/dev/null || refuse "damaged zip archive"
unpacked=$(sed -n 's/^.* files\{0,1\}, \([0-9]*\) bytes uncompressed, .*$/\1/p' "$work/total")
packed=$(sed -n 's/^.* bytes uncompressed, \([0-9]*\) bytes compressed.*$/\1/p' "$work/total")
[ -n "$unpacked" ] && [ -n "$packed" ] || refuse "damaged zip archive"
[ "$unpacked" -le 1048576 ] || [ "$unpacked" -le $((packed * 100)) ] || refuse "unpacks to more than 100 times its size"
mkdir "$work/x"
unzip -qq "$work/file.zip" -d "$work/x" >/dev/null 2>"$work/err" </dev/null || refuse "damaged zip archive"
cd "$work/x" || exit 2
[ -z "$(find . ! -type f ! -type d)" ] || refuse "something that is not a regular file"
find . -type f | sed 's|^\./||' | sort > "$work/found"
sort "$work/names" | cmp -s - "$work/found" || refuse "archive and its unpacked files differ"
printf 'application/vnd.etsi.asic-e+zip' | cmp -s - mimetype || refuse "mimetype"

hex() { sha256sum < "$1" | cut -c1-64; }
raw() { sha256sum < "$1" | cut -c1-64 | xxd -r -p; }

# 2. how many signatures: numbers without a gap, three files each
count=$(grep -c '^META-INF/ASiCManifest[0-9][0-9][0-9]\.xml$' "$work/names")
[ "$count" -ge 2 ] && [ "$count" -le 99 ] || refuse "no seal, or too many signatures"
[ "$(grep -c '\.p7s$' "$work/names")" -eq "$count" ] || refuse "a signature is missing or surplus"
[ "$(grep -c '^META-INF/statements/[0-9][0-9][0-9]-[a-z]*\.json$' "$work/names")" -eq "$count" ] || refuse "a statement is missing or surplus"
seal=$(printf '%03d' "$count")
[ -f "META-INF/statements/$seal-seal.json" ] || refuse "the last statement is not the seal"

# revocation lists: the reader's, and those the signatures carry
cat -- "$trust/crls.pem" > "$work/crls.pem"
n=1
while [ "$n" -le "$count" ]; do
  i=$(printf '%03d' "$n")
  [ -f "META-INF/signature$i.p7s" ] && [ -f "META-INF/ASiCManifest$i.xml" ] || refuse "signature $i is missing"
  openssl pkcs7 -inform DER -in "META-INF/signature$i.p7s" -print_certs 2>/dev/null |
    sed -n '/BEGIN X509 CRL/,/END X509 CRL/p' >> "$work/crls.pem"
  n=$((n + 1))
done
cat -- "$trust/root.pem" "$work/crls.pem" > "$work/signers.pem"
cat -- "$trust/tsa.pem" "$work/crls.pem" > "$work/stampers.pem"
now=$(date -u +%s)

# stamp FILE TOKEN: sets $gen (text) and $at (seconds); refuses a token over another file, or of an unknown authority
stamp() {
  gen=$(openssl ts -reply -in "$2" -token_in -text 2>/dev/null | sed -n 's/^Time stamp: //p')
  at=$(date -u -d "$gen" +%s 2>/dev/null) && [ -n "$gen" ] || refuse "no time stamp in $2"
  [ "$at" -le $((now + 30)) ] || refuse "$2 is dated in the future"
  openssl ts -verify -data "$1" -in "$2" -token_in -CAfile "$work/stampers.pem" -crl_check -attime "$at" >/dev/null 2>"$work/err" ||
    refuse "time stamp $2: $(grep -o 'error:.*\|rror .*' "$work/err" | tail -n 1)"
}

# checkpoint FILE: the log's signature over the first three lines; sets $size and $root
checkpoint() {
  sed '/^$/,$d' "$1" > "$work/body"
  [ "$(wc -l < "$work/body")" -eq 3 ] || refuse "checkpoint in $2"
  origin=$(sed -n 1p "$work/body"); size=$(sed -n 2p "$work/body"); root=$(sed -n 3p "$work/body" | base64 -d 2>/dev/null | xxd -p -c 64)
  case $size in ''|*[!0-9]*) refuse "checkpoint in $2" ;; esac
  line=$(grep -F -- "$origin+" "$trust/log.vkey" | grep -v '^#' | head -n 1)
  [ -n "$line" ] && [ "${line%%+*}" = "$origin" ] || refuse "a log you do not know in $2"
  rest=${line#*+}
  { printf '302a300506032b6570032100' | xxd -r -p; printf '%s' "${rest#*+}" | base64 -d | tail -c 32; } > "$work/log.der"
  sed '1,/^$/d' "$1" | grep -F -- "— $origin " | head -n 1 | sed 's/^.* //' | base64 -d 2>/dev/null > "$work/note"
  [ "$(head -c 4 "$work/note" | xxd -p)" = "${rest%%+*}" ] || refuse "checkpoint in $2 is not signed by the log"
  tail -c +5 "$work/note" > "$work/note.sig"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/log.der" -rawin -in "$work/body" -sigfile "$work/note.sig" >/dev/null 2>&1 ||
    refuse "checkpoint in $2 is not signed by the log"
}

# inclusion NNN: the leaf stands in the log (RFC 9162 2.1.3.2); sets $index
inclusion() {
  proof="META-INF/proof/leaf$1.tlog-proof"
  [ -f "$proof" ] || refuse "$proof is missing"
  [ "$(sed -n 1p "$proof")" = 'c2sp.org/tlog-proof@v1' ] || refuse "$proof"
  index=$(sed -n '2s/^index //p' "$proof")
  case $index in ''|*[!0-9]*) refuse "$proof" ;; esac
  sed '1,/^$/d' "$proof" > "$work/checkpoint"
  checkpoint "$work/checkpoint" "$proof"
  [ "$index" -lt "$size" ] || refuse "$proof: index beyond the log"
  r=$({ printf '\000'; cat -- "META-INF/proof/leaf$1.json"; } | sha256sum | cut -c1-64)
  fn=$index; sn=$((size - 1))
  sed '1,2d; /^$/,$d' "$proof" > "$work/path"
  while read -r line; do
    p=$(printf '%s' "$line" | base64 -d 2>/dev/null | xxd -p -c 64)
    [ "$sn" -ne 0 ] && [ "${#p}" -eq 64 ] || refuse "$proof does not hold"
    if [ $((fn & 1)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
      r=$(printf '01%s%s' "$p" "$r" | xxd -r -p | sha256sum | cut -c1-64)
      if [ $((fn & 1)) -eq 0 ]; then
        while [ "$fn" -ne 0 ] && [ $((fn & 1)) -eq 0 ]; do fn=$((fn >> 1)); sn=$((sn >> 1)); done
      fi
    else
      r=$(printf '01%s%s' "$r" "$p" | xxd -r -p | sha256sum | cut -c1-64)
    fi
    fn=$((fn >> 1)); sn=$((sn >> 1))
  done < "$work/path"
  [ "$sn" -eq 0 ] && [ "$r" = "$root" ] || refuse "$proof does not hold"
}

# 3. each signature: manifest, CAdES, time, chain of signatures, log
n=1; last_at=0; last_index=-1; previous=
while [ "$n" -le "$count" ]; do
  i=$(printf '%03d' "$n"); m="META-INF/ASiCManifest$i.xml"; s="META-INF/signature$i.p7s"; t="META-INF/proof/signature$i.p7s.tst"
  [ -f "$t" ] || refuse "$t is missing"
  stamp "$s" "$t"
  openssl cms -verify -cades -binary -inform DER -in "$s" -content "$m" -CAfile "$work/signers.pem" -crl_check_all -attime "$at" \
    -signer "$work/signer.pem" -out /dev/null 2>"$work/err" </dev/null || refuse "signature $i: $(grep -o 'rror:.*' "$work/err" | tail -n 1)"
  sed -n 's|^<asic:DataObjectReference URI="\([A-Za-z0-9._/-]*\)" MimeType="[a-z0-9./+-]*"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>\([A-Za-z0-9+/=]*\)</ds:DigestValue></asic:DataObjectReference>$|\2 \1|p' "$m" > "$work/listed"
  [ "$(wc -l < "$m")" -eq $(($(wc -l < "$work/listed") + 4)) ] || refuse "$m has not the prescribed form"
  while read -r digest path; do
    [ -f "$path" ] || refuse "$path is missing"
    [ "$(raw "$path" | base64)" = "$digest" ] || refuse "$path is not the file that was signed"
  done < "$work/listed"
  statement=$(grep "^META-INF/statements/$i-[a-z]*\.json$" "$work/names")
  [ -n "$statement" ] && grep -q " $statement\$" "$work/listed" || refuse "signature $i does not cover its statement"
  if [ "$n" -eq 1 ]; then chain='"prevSignature":null'; else chain="\"prevSignature\":\"sha256:$previous\""; fi
  grep -qF -- "$chain" "$statement" || refuse "signature $i does not follow the one before"
  grep -qF -- "\"of\":$count,\"step\":$n}" "$statement" || refuse "statement $i counts other signatures"
  [ "$at" -ge "$last_at" ] || [ $((last_at - at)) -le 30 ] || refuse "times run backwards at signature $i"
  leaf="META-INF/proof/leaf$i"
  [ -f "$leaf.json" ] && [ -f "$leaf.salt" ] || refuse "$leaf is missing"
  c=$({ printf 'ELN1'; cat -- "$leaf.salt"; raw "$m"; raw "$s"; } | sha256sum | cut -c1-64)
  printf '{"c":"%s","v":1}' "$c" | cmp -s - "$leaf.json" || refuse "$leaf.json is the leaf of another act"
  inclusion "$i"
  [ "$index" -gt "$last_index" ] || refuse "acts do not stand in the log in their order"
  role=${statement##*/}
  say "signature $i ${role%.json}: $(openssl x509 -in "$work/signer.pem" -noout -subject -nameopt esc_ctrl,utf8,sname,sep_comma_plus_space), before $gen, leaf $index of $size"
  last_at=$at; last_index=$index; previous=$(hex "$s"); n=$((n + 1))
done

# 4. the seal covers everything but what comes after it
cut -d ' ' -f 2- "$work/listed" | sort > "$work/covered"
grep -vE "^(mimetype|META-INF/ASiCManifest$seal\.xml|META-INF/signature$seal\.p7s|META-INF/proof/(signature$seal\.p7s\.tst|leaf$seal\.(json|salt|tlog-proof)|checkpoint-seal\.(txt|tsa[1-9]\.tst)|consistency(-before|[0-9][0-9][0-9])\.txt))\$" "$work/found" > "$work/wanted"
cmp -s "$work/wanted" "$work/covered" || refuse "the seal does not cover: $(comm -3 "$work/wanted" "$work/covered" | tr -d '\t' | head -n 3 | tr '\n' ' ')"

# 5. the log's heads before and over the seal, and their stamps
for kind in before seal; do
  head="META-INF/proof/checkpoint-$kind.txt"
  [ -f "$head" ] && [ -f "META-INF/proof/checkpoint-$kind.tsa1.tst" ] || refuse "$head or its stamp is missing"
  checkpoint "$head" "$head"
  for token in "META-INF/proof/checkpoint-$kind".tsa[1-9].tst; do stamp "$head" "$token"; done
done
sed '1,/^$/d' "META-INF/proof/leaf$seal.tlog-proof" | cmp -s - META-INF/proof/checkpoint-seal.txt || refuse "the stamped checkpoint is not the one of the seal"

say ""
say "OK: $count signatures, the last one the seal; what is checked here holds. The rest: python -m verifier"
say "OK : $count signatures, la dernière est le sceau ; ce qui est vérifié ici tient. Le reste : python -m verifier"
