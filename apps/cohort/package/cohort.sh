#!/bin/sh
# The installed server's own settings and user for whoever calls `cohort` by hand: a file that root made in its
# folder would be one that the server cannot open.
COHORT_CONFIG=${COHORT_CONFIG:-/etc/cohort/cohort.toml}
export COHORT_CONFIG
if [ "$(id -u)" = 0 ] && [ "$COHORT_CONFIG" = /etc/cohort/cohort.toml ]; then
  exec setpriv --reuid=cohort --regid=cohort --init-groups /usr/lib/cohort/cohort "$@"
fi
exec /usr/lib/cohort/cohort "$@"
