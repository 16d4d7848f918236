#!/bin/sh
# Finds a suitable Python and hands over to prepare.py. Prints one plain sentence when there is none.
set -eu
cd "$(dirname "$0")/../.."

suitable='import sys; sys.exit(not sys.version_info >= (3, 11))'
with_venv='import ensurepip, venv'
too_old='' without_venv=''
for python in ${KYRO_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    command -v "$python" >/dev/null 2>&1 || continue
    # Version managers leave names on the PATH that only print an error: trying is the only test.
    if ! "$python" -c "$suitable" >/dev/null 2>&1; then
        too_old=${too_old:-$python}
    elif ! "$python" -c "$with_venv" >/dev/null 2>&1; then
        without_venv=${without_venv:-$python}
    else
        exec "$python" -I config/embedded/prepare.py "$@"
    fi
done

if [ -n "$without_venv" ]; then
    echo "KyroChat cannot run. $without_venv has no venv module. Install it (Debian and Ubuntu:" \
        "apt-get install python3-venv) and try again." >&2
elif [ -n "$too_old" ]; then
    echo "KyroChat cannot run. It needs Python 3.11 or newer, and $too_old is older or broken." \
        "Install a newer one, or name it: KYRO_PYTHON=/path/to/python3.12 make run" >&2
else
    echo "KyroChat cannot run. It needs Python 3.11 or newer and found no Python." \
        "Install it (Debian and Ubuntu: apt-get install python3 python3-venv)." >&2
fi
exit 1
