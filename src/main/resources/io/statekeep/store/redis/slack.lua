-- How long after its deadline Redis frees by itself what no purge has found, in milliseconds.
local GC_SLACK = 3600000

