-- One row a trial and metric: its last value, and over all epochs its mean, least and greatest.
select trial_id, name, value, total / reports as mean, least, greatest, epoch as epochs
from final_metrics
