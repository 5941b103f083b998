"""The floor: one process, raw ASGI, asyncpg and nats-py, taking the same durable steps as the product's services.

The speed of light for this design: the same tables, indexes, rows, event bytes, hash chain, sync flags and answers, with
nothing between them and the drivers. What the product may not do is allowed here: facts that seldom change are kept in
memory, the rules of the one sheet and the one pack are written out by hand, services call one another within the process,
and nobody else is expected to write.

What it may not do: leave out a row or an event that the product writes for the same report (``benchmarks.spine`` counts
events before it measures, and holds both sides' rows against one another then and at the end), answer before the report is
on the disk, publish before its place in the log is, or acknowledge an event before its effect is.
"""
