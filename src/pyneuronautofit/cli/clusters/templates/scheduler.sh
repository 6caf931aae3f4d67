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
{% if interface %}
here=$({{ python }} -c "import sys, distributed.utils as u; print(u.get_ip_interface(sys.argv[1]))" \
    {{ interface|sh }}) || exit 2
{% endif %}
exec {{ python }} -m dask scheduler --scheduler-file {{ address|sh }} --port 0 \
    {{ '--host "tls://$here"' if interface else '--protocol tls' }} \
    --tls-ca-file {{ authority|sh }} --tls-cert {{ certificate|sh }} --tls-key {{ key|sh }} \
    --no-dashboard
