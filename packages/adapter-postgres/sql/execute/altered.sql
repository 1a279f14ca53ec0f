            -- alter: deadline, total, measure and policy only rise. What alters nothing is no change.
            altered := entry;
            altered.deadline_ms := greatest(entry.deadline_ms, {schema}.deadline_of(account.last_ms + command_ttls[command]));
            altered.held := entry.held + growths[leg];
            altered.measured := greatest(entry.measured, leg_measures[leg]);
            altered.when_unknown := CASE WHEN entry.settle = 'actual' THEN {schema}.dearest(entry.when_unknown, command_choices[command]) END;
            altered.expiry_cost := {schema}.expiry_cost(altered.settle, altered.held, altered.measured, altered.when_unknown);
            used_deltas[leg] := 0;
            reserved_deltas[leg] := growths[leg];
            is_leaving := altered.deadline_ms <> entry.deadline_ms OR altered.held <> entry.held OR altered.expiry_cost <> entry.expiry_cost;
            IF NOT is_leaving AND altered.measured IS NOT DISTINCT FROM entry.measured AND altered.when_unknown IS NOT DISTINCT FROM entry.when_unknown THEN
              does[leg] := 'nothing';
            END IF;
            altered_entries[leg] := altered;
