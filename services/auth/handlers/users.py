"""Users: created, changed, listed, and what each sees of himself."""

from operator import attrgetter
from uuid import UUID

from contracts.account.products import GetBranch
from contracts.auth import (
    ChangePassword,
    CreateUser,
    GetMe,
    ListUsers,
    Me,
    PasswordChanged,
    UpdateUser,
    UserCreated,
    Users,
    UserUpdated,
)
from contracts.catalogue import commands, queries
from contracts.customer import Customer, CustomerStatus, GetCustomer
from contracts.envelope import OPERATOR, Refused, Subject
from infra.bus.authority import commands_of
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Ask, Context
from infra.handling.questions import AskRefused
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from services.auth import passwords
from services.auth.domain.passwords import WrongPassword, require_different, require_strong
from services.auth.domain.patience import require_patience, session_counter
from services.auth.domain.users import (
    Credentials,
    LastAdmin,
    UnknownBranch,
    UnknownCustomer,
    UnknownUser,
    UsernameTaken,
    ends_sessions,
    require_customer_fits,
    takes_an_admin,
    update,
)
from services.auth.handlers.registry import HASHING, service
from services.auth.handlers.sessions import count_failure, end_sessions, still_proven
from services.auth.store import AuthStore


@service.handles_asking(CreateUser, room=HASHING)
async def create_user(
    command: CreateUser, store: AuthStore, context: Context, ask: Ask
) -> UserCreated:
    """A new user who may sign in at once.

    Every password is judged, but those that the operator sets up for the demo: its `admin` has
    the password `password`, which nobody could choose over HTTP or with `bank admin create`.
    """
    require_customer_fits(command.role, command.customer_id)
    if not (command.is_demo and context.sender == OPERATOR):
        secret = command.password.get_secret_value()
        require_strong(secret, command.username, passwords.common_passwords())
    if command.customer_id is not None:
        await _require_customer(command.customer_id, ask)
    if command.branch_code is not None:
        await _require_branch(command.branch_code, ask)
    password_hash = await passwords.hash_password(command.password)
    user = await store.add_user(command, new_id(), password_hash, context.now)
    if user is None:
        raise UsernameTaken
    return UserCreated(**user.model_dump())


@service.handles(UpdateUser)
async def update_user(command: UpdateUser, store: AuthStore, context: Context) -> Told[UserUpdated]:
    """Change a role or switch a user off or on; sessions that claim too much end at once."""
    # The administrators first: everybody who locks them and a user does it in this order.
    active_admins = await store.lock_active_admins()
    before = await store.lock_user(command.id)
    if before is None:
        raise UnknownUser
    after = update(before, command.role, command.is_active, by=context.subject.id)
    if takes_an_admin(before, after) and active_admins == 1:
        raise LastAdmin
    await store.save_user(after, context.now)
    reply = UserUpdated(**after.model_dump())
    if not ends_sessions(before, after):
        return Told(reply)
    return Told(reply, *await end_sessions(after.id, store, context))


@service.handles(ChangePassword, alone=True, room=HASHING)
async def change_password(
    command: ChangePassword, store: AuthStore, context: Context
) -> Told[PasswordChanged | Refused]:
    """A new password for whoever knows the old one; his other sessions end.

    Wrong guesses at the old one make this session wait, and no log-in and no other session.
    """
    own = await _own_credentials(context.subject, store)
    guesses = session_counter(context.subject)
    new_password = command.new_password.get_secret_value()
    require_different(new_password, command.current_password.get_secret_value())
    require_strong(new_password, own.user.username, passwords.common_passwords())
    require_patience(await store.lock_refusal(guesses.digest), context.now)
    verdict = await passwords.verify(command.current_password, own.password_hash)
    if not verdict.is_right:
        await count_failure([guesses], store, context)
        return Told(WrongPassword().refusal(), about=f"user:{own.user.id}")
    new_hash = await passwords.hash_password(command.new_password)
    if await still_proven(own, store) is None:
        raise WrongPassword
    await store.forget_failures(guesses.digest)
    await store.set_password(own.user.id, new_hash, context.now)
    kept = UUID(context.subject.session_id) if context.subject.session_id else None
    ended = await end_sessions(own.user.id, store, context, but=kept)
    return Told(PasswordChanged(user_id=own.user.id), *ended)


@service.answers(GetMe)
async def get_me(query: GetMe, store: AuthStore, context: Context) -> Me:
    """The caller, and what his role may ask the bank for."""
    user = (await _own_credentials(context.subject, store)).user
    return Me(
        id=user.id,
        uuid=user.uuid,
        username=user.username,
        role=user.role,
        customer_id=user.customer_id,
        branch_code=user.branch_code,
        permissions=tuple(commands_of(user.role, [*commands(), *queries()])),
    )


@service.answers(ListUsers)
async def list_users(query: ListUsers, store: AuthStore, context: Context) -> Users:
    """All users, newest first."""
    found = await store.users_before(id_before(query.cursor), query.limit + 1)
    items, following = page_of(found, query.limit, attrgetter("id"), ROW_NUMBERS)
    return Users(items=items, next_cursor=following)


async def _require_customer(customer_id: int, ask: Ask) -> None:
    """Ask the customer service whether there is such a customer, and still one."""
    try:
        customer = await ask(GetCustomer(id=customer_id))
    except AskRefused as refused:
        if refused.is_not_found:
            raise UnknownCustomer from refused
        raise
    assert isinstance(customer, Customer)
    if customer.status is CustomerStatus.CLOSED:
        raise UnknownCustomer


async def _require_branch(code: str, ask: Ask) -> None:
    """Ask the account service, which keeps the branches, whether there is such a one."""
    try:
        await ask(GetBranch(code=code))
    except AskRefused as refused:
        if refused.is_not_found:
            raise UnknownBranch from refused
        raise


async def _own_credentials(subject: Subject, store: AuthStore) -> Credentials:
    try:
        found = await store.find_credentials_of(UUID(subject.id))
    except ValueError as error:
        raise UnknownUser from error  # one of our services, or nobody
    if found is None:
        raise UnknownUser
    return found
