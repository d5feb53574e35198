"""The messages that a case understands, each with its payload.

A **fact** is what somebody outside reports; it is taken, in whatever order it comes. A **command** is what a member of
staff wants done; it is checked first (`domain.refusals`). Both arrive under their kind as the Temporal signal name; a
command also as an update of that name. Payload models are tolerant: unknown fields are ignored, so that partners may
grow.

On the wire a message is one JSON object: the payload's fields beside `id`, `by` and `at`:

    temporal workflow signal -w case/demo/1001 --name return_shipped --input '{"courier": "yto", "waybill": "YT1"}'

`id` makes it apply once (without one, each arrival counts as a new message); `by` says who (`role` or
`role:staff-id`); `at` is when our door received it.
"""
