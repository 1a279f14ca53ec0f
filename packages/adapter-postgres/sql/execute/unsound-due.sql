          -- What a hold that leaves should have left: itself counted, and no less of the others, if there are others of its deadline.
          is_unsound := due.holds < 1 OR account.holds < 1 OR (due.holds > 1 AND (due.amount < entry.held OR due.cost < entry.expiry_cost));
