-- One row a trial and metric: its last value, and over all epochs its mean, least and greatest.
-- PostgreSQL has a quotient that is too small for a number for an error.
select trial_id, name, value, case when abs(total) < 1e-290 then 0.0 else total / reports end as mean, least, greatest, epoch as epochs
from final_metrics
