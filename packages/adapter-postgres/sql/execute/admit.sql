                  tick := {schema}.deadline_of(time_ms + command_ttls[command]);
                  amount := leg_amounts[leg];
                  entry := ROW(account.account, account."window", item_ids[item], kind, 'held', command_accounts[command], command_digests[command],
                    leg_settles[leg], amount, amount, NULL, NULL, tick, {schema}.expiry_cost(leg_settles[leg], amount, NULL, NULL), account.period, time_ms,
                    time_ms, 0, NULL, 'debit', 0, false)::{schema}.entry;
