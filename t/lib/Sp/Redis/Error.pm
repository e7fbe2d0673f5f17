package Sp::Redis::Error;

# An error reply among the values of a pipeline; prints as its text.

use v5.36;

use overload '""' => sub ($self, @) { return $$self }, fallback => 1;

1;
