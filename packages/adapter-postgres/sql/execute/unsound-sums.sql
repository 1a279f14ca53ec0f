          is_unsound := is_unsound OR used_after < 0 OR reserved_after < 0 OR {schema}.is_overflow(used_after + reserved_after);
