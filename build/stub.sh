
# A start costs one flock, one stat, and the exec at the end. Everything else here
# runs when the cache doesn't hold this version yet, or holds too much.

# Where nothing is to be said, standard error is closed: a bare system may lack a null
# device.
fail() {
  printf 'prompipe: %s\n' "$1" >&2
  exit 1
}

[ -e /proc/self ] || fail 'Cannot run here: the runtime needs /proc to be mounted'

case $0 in
  /*) self=$0 ;;
  *) self=$PWD/$0 ;;
esac
[ -f "$self" ] || self=$(command -v "$0")

if [ -n "${PROMPIPE_CACHE_DIR-}" ]; then
  cache=$PROMPIPE_CACHE_DIR
elif [ -n "${CACHE_DIRECTORY-}" ]; then
  cache=${CACHE_DIRECTORY%%:*}
elif [ -n "${XDG_CACHE_HOME-}" ]; then
  cache=$XDG_CACHE_HOME/prompipe
elif [ -n "${HOME-}" ]; then
  cache=$HOME/.cache/prompipe
else
  fail 'Cannot tell where to unpack: set PROMPIPE_CACHE_DIR to a folder for it'
fi
case $cache in
  /*) ;;
  *) cache=$PWD/$cache ;;
esac
dir=$cache/prompipe-$key

# Whether the folder holds this version as it was unpacked: whoever wrote to a file
# since has changed its time. On the way it takes a shared lock, which goes over to
# the runtime: nobody removes a version in use. Where no lock can be had, the time of
# the last start says so.
ready() {
  command exec 9<"$dir/in-use" || return 1
  flock -s 9 || command : >"$dir/in-use"
  [ "$(facts)" = "$sealed" ]
} 2>&-

facts() {
  set --
  for name in $names; do set -- "$@" "$dir/$name"; done
  stat -c '%a %s %Y' "$@"
}

# Makes the folder ready. One at a time where there is flock; without it several may
# do so at once, and each file is still replaced in one piece.
unpack() (
  umask 022
  export LC_ALL=C
  { mkdir -p "$cache" && command exec 8>>"$cache/prompipe.lock"; } 2>&- ||
    fail "Cannot write to \"$cache\": set PROMPIPE_CACHE_DIR to a folder that can be written"
  locked=
  flock 8 2>&- && locked=yes
  ! ready || exit 0
  tidy

  work=$cache/prompipe-unpacking-$$
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  said=$({ rm -rf "$work" && mkdir "$work" && extract; } 2>&1) || cannot_unpack
  said=$("$work/prompipe" --version 2>&1) ||
    fail "Cannot run what was unpacked into \"$cache\", which needs $needs: $(one_line)"
  said=$(settle 2>&1) || cannot_unpack
  said=$(look_up_imports 2>&1) || :
)

extract() {
  tail -c "+$archive_at" "$self" | { gzip -dc || : >"$work/damaged"; } | tar -xpof - -C "$work" &&
    [ ! -e "$work/damaged" ]
}

settle() {
  mkdir -p "$dir" && command : >>"$dir/in-use" && mv -f "$work"/* "$dir/"
}

cannot_unpack() {
  case $said in
    *space* | *quota* | *'Wrote only'* | *'short write'*) hint='; set PROMPIPE_CACHE_DIR to a folder with more room' ;;
    *) hint= ;;
  esac
  fail "Cannot unpack \"$self\" into \"$cache\": $(one_line)$hint"
}

# Once and for all, not by a process that then keeps 10 MB for having read the program.
# Where this fails, that is what happens.
look_up_imports() {
  DENO_DIR="$dir/deno" "$dir/prompipe" cache --quiet --no-config --no-lock --no-npm --no-remote \
    "$dir/$main"
}

one_line() {
  set -f
  # shellcheck disable=SC2086 # to be split
  echo $said
}

# Removes what killed unpackings left, and versions that nobody uses.
tidy() {
  for other in "$cache"/prompipe-*; do
    [ "$other" != "$dir" ] || continue
    case ${other#"$cache/prompipe-"} in
      unpacking-*[0-9]) ! abandoned || rm -rf "$other" ;;
      *[!0-9a-f]*) ;;
      ????????????????) (! unused || rm -rf "$other") ;;
    esac
  done
} 2>&-

abandoned() {
  [ -n "$locked" ] || [ ! -e "/proc/${other##*-}" ]
}

unused() {
  [ -e "$other/in-use" ] || return 0
  if [ -n "$locked" ]; then
    command exec 7<"$other/in-use" && flock -n 7
  else
    [ -n "$(find "$other/in-use" -mmin +1)" ]
  fi
}

tries=0
until ready; do
  [ "$tries" -lt 3 ] || fail "Cannot use what was unpacked into \"$dir\": it does not stay as it was"
  tries=$((tries + 1))
  unpack || exit 1
done

for other in "$cache"/prompipe-*; do
  [ "$other" != "$dir" ] || continue
  (command exec 8>>"$cache/prompipe.lock" && flock -n 8 && locked=yes && tidy) 2>&-
  break
done

export PROMPIPE_EXECUTABLE="$self" DENO_DIR="$dir/deno" DENO_NO_UPDATE_CHECK=1
