"""Questions about statements: what they are called in their file, what is inside of them."""

from __future__ import annotations

from pyneuronautofit.codegen.nmodl import tree


def diffuses(mechanism: tree.Mechanism) -> bool:
    """Say whether a mechanism has LONGITUDINAL_DIFFUSION, from segment to segment."""
    return any(_has_diffusion(block.body) for block in mechanism.blocks.values())


def _has_diffusion(body: tree.Body) -> bool:
    return any(
        isinstance(statement, tree.Diffusion) or any(map(_has_diffusion, bodies_in(statement)))
        for statement in body
    )


def bodies_in(statement: tree.Statement) -> tuple[tree.Body, ...]:
    """Return the bodies of statements that a statement has."""
    match statement:
        case tree.If(branches, otherwise):
            return (*(body for _condition, body in branches), otherwise)
        case tree.While(_, body):
            return (body,)
        case tree.From():
            return (statement.body,)
    return ()


def word_of(statement: tree.Statement) -> str:
    """Return by which word a statement is found in its file."""
    match statement:
        case tree.Differential(target):
            return f"{target.name}'"
        case tree.Solve(block):
            return f"SOLVE {block}"
        case tree.Reaction(_, ((count, reactant), *_)):
            return f"~ {reactant.name}" if count == 1 else f"~ {count} {reactant.name}"
        case tree.Diffusion():
            return "LONGITUDINAL_DIFFUSION"
        case tree.Reaction() | tree.Equation():
            return "~"
    return type(statement).__name__.upper()
