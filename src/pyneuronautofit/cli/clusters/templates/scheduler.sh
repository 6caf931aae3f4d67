{% include "head.sh" %}
# The scheduler, by which a fit reaches its workers. By hand: bash {{ script|sh }}
# Written by: {{ command }}

{% include "begin.sh" %}
umask 077
export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True
# That of a scheduler before this one leads nowhere.
rm -f -- {{ address|sh }}
# A worker of which nothing is heard for so long is lost: what it had, others do.
export DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL={{ ttl_s }}s
# Where there is nothing to do for so long it ends, and its workers with it.
export DASK_DISTRIBUTED__SCHEDULER__IDLE_TIMEOUT="{{ idle_min }} minutes"
exec {{ python }} -m dask scheduler --scheduler-file {{ address|sh }} --protocol tls --port 0 \
    --tls-ca-file {{ authority|sh }} --tls-cert {{ certificate|sh }} --tls-key {{ key|sh }} \
    --no-dashboard{{ network }}
