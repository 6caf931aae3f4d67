{% include "head.sh" %}
# Workers, one of a thread for every core of the job. By hand: bash {{ script|sh }}
# Written by: {{ command }}

{% include "begin.sh" %}
umask 077
export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True
for _second in $(seq {{ wait_s }}); do
    [ -s {{ address|sh }} ] && break
    sleep 1
done
[ -s {{ address|sh }} ] || { echo "the scheduler has not begun within {{ wait_s }} s" >&2; exit 1; }
# In the place of this shell. The batch system says how much memory there is.
exec {{ python }} -m dask worker --scheduler-file {{ address|sh }} --protocol tls \
    --tls-ca-file {{ authority|sh }} --tls-cert {{ certificate|sh }} --tls-key {{ key|sh }} \
    --nworkers "${SLURM_CPUS_PER_TASK:-{{ cores }}}" --nthreads 1 --memory-limit 0 \
    --death-timeout 120 --local-directory "${TMPDIR:-/tmp}" \
    {{ '--interface ' + interface|sh + ' ' if interface }}--no-dashboard
