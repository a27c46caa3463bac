# What the scripts here and in .ci share; they source it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2> /dev/null || echo 2)}

has_command() { "$1" --version > /dev/null 2>&1; }

has_package() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

apt_get() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo -n)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" > /dev/null
}

# Installs what is missing on Debian and Ubuntu. "command=package" is a package that is there for a
# command, which may come from elsewhere too.
install_packages() {
  command -v apt-get > /dev/null || return 0
  local wanted missing=()
  for wanted in "$@"; do
    if [[ $wanted == *=* ]]; then
      has_command "${wanted%%=*}" || missing+=("${wanted#*=}")
    else
      has_package "$wanted" || missing+=("$wanted")
    fi
  done
  ((${#missing[@]} > 0)) || return 0
  echo "Installing ${missing[*]}"
  if ! { apt_get update && apt_get install --yes --no-install-recommends "${missing[@]}"; }; then
    echo "Could not install them. As root: apt-get install ${missing[*]}" >&2
  fi
}

# Ends the script where a command is missing or CMake is too old. Libraries are left to CMake, which
# fetches most.
require_commands() {
  local command missing=()
  for command in "$@"; do
    has_command "$command" || missing+=("$command")
  done
  if ((${#missing[@]} > 0)); then
    echo "Missing: ${missing[*]}. Needed are a C++20 compiler, CMake 3.25 and Ninja." >&2
    exit 1
  fi
  # A policy that came with 3.25.
  if ! cmake --help-policy CMP0141 > /dev/null 2>&1; then
    echo "CMake 3.25 is needed, found $(cmake --version | head -n 1)" >&2
    exit 1
  fi
}

# A build folder may remember another generator, another place or a compiler that is gone.
configure() {
  cmake --preset "$1" || {
    echo "Once more, without what build/$1 remembers"
    cmake --fresh --preset "$1"
  }
}

# Sets $python to one that has PyTorch, in a virtual environment under build.
prepare_pytorch() {
  install_packages python3=python3
  require_commands python3
  python=$root/build/venv/bin/python
  if ! "$python" -c 'import torch; assert torch.__version__.startswith("2.13.0")' 2> /dev/null; then
    python3 -c 'import ensurepip' 2> /dev/null || install_packages python3-venv
    python3 -m venv "$root/build/venv"
    "$python" -m pip install --quiet torch==2.13.0 numpy
  fi
}
