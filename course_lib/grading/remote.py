"""What the examiner holds of things that live in the sandbox: proxies.

A proxy of a function is called like the function: copies of the arguments go in, a copy of the
result comes out. A result that is not plain data stays in the sandbox and is a proxy here.

What a proxy does is decided by the submission. An object that is equal to everything, or whose
difference to anything is 0, must not pass for the expected number. Therefore a proxy is never
compared with the examiner's own values, is no array, and has only those operators that the
instructor's own solution defines for some class.
"""

MOST = 10_000_000  # items that a proxy may claim to have


class Proxy:
    """Something in the sandbox, known by its number there."""

    def __init__(self, session, number: int, name: str):
        vars(self).update(_session=session, _number=number, __name__=name, __qualname__=name)

    def __call__(self, *args, **kwargs):
        """Call it in the sandbox."""
        return self._session.call(self, args, kwargs)

    def call_in_place(self, *args, **kwargs):
        """Call it, and do to ``args`` here what it did to its copies of them."""
        return self._session.call(self, args, kwargs, give_back=True)

    def call_each(self, groups, key=None):
        """Call it for each tuple of arguments; :class:`~course_lib.grading.answers.Answers`."""
        return self._session.call_each(self, groups, key)

    def __getattr__(self, name):
        if name.startswith("__"):  # nothing may find a special method that is not below
            raise AttributeError(name)
        return self._session.operate("getattr", self, name)

    def __setattr__(self, name, value):
        self._session.operate("setattr", self, name, value)

    def __delattr__(self, name):
        self._session.operate("delattr", self, name)

    @property
    def __doc__(self):  # type: ignore[override]
        """The documentation that the submission gives it."""
        text = self._session.operate("getattr", self, "__doc__")
        return text if isinstance(text, str) else None

    def __dir__(self):
        return _checked(self._session.operate("dir", self), list)

    __array_ufunc__ = None

    def __array__(self, *_, **__):
        raise TypeError(f"{self.__name__} is no array but an object of the submission's")

    def __len__(self):
        length = _checked(self._session.operate("len", self), int)
        if length > MOST:
            raise OverflowError(f"a length of {length}")
        return length

    def __iter__(self):
        items = self._session.operate("iter", self)
        while True:
            try:
                yield self._session.operate("next", items)
            except StopIteration:
                return

    def __next__(self):
        return self._session.operate("next", self)

    def __getitem__(self, key):
        return self._session.operate("getitem", self, key)

    def __setitem__(self, key, value):
        self._session.operate("setitem", self, key, value)

    def __delitem__(self, key):
        self._session.operate("delitem", self, key)

    def __contains__(self, item):
        return _checked(self._session.operate("contains", self, item), bool)

    def __bool__(self):
        return _checked(self._session.operate("bool", self), bool)

    def __float__(self):
        return _checked(_operator(self, "float", self), float)

    def __int__(self):
        return _checked(_operator(self, "int", self), int)

    def __copy__(self):
        return self._session.operate("copy", self)

    def __deepcopy__(self, memo):
        return self._session.operate("deepcopy", self)

    def __enter__(self):
        return self._session.operate("enter", self)

    def __exit__(self, *_):
        return self._session.operate("exit", self)

    def __repr__(self):
        text = self._session.operate("repr", self)
        return text if isinstance(text, str) else f"<{self.__name__}>"

    def __str__(self):
        text = self._session.operate("str", self)
        return text if isinstance(text, str) else f"<{self.__name__}>"

    def __hash__(self):
        return hash(self._number)

    def __instancecheck__(self, instance):
        return (
            isinstance(instance, Proxy)
            and self._session.operate("isinstance", instance, self) is True
        )

    def __subclasscheck__(self, other):
        return isinstance(other, Proxy) and self._session.operate("issubclass", other, self) is True


def _checked(value, kind):
    """``value``, if it is what a special method must return."""
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _operator(proxy, name, *operands):
    """Apply an operator of the submission's, if the instructor's solution has it too."""
    if name.rstrip("_") not in proxy._session.operators:
        raise TypeError(f"{proxy.__name__} is an object of the submission's, not a number")
    return proxy._session.operate(name, *operands)


def _forward(name):
    def method(self, *others):
        return _operator(self, name, self, *others)

    return method


def _reflect(name):
    def method(self, other):
        return _operator(self, name, other, self)

    return method


def _compare(name):
    def method(self, other):
        # An object that is equal to everything must not be equal to the expected value.
        if not isinstance(other, Proxy):
            return NotImplemented
        return _checked(self._session.operate(name, self, other), bool)

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_"):
    _special = _name.rstrip("_")
    setattr(Proxy, f"__{_special}__", _forward(_name))
    setattr(Proxy, f"__r{_special}__", _reflect(_name))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Proxy, f"__{_name}__", _forward(_name))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Proxy, f"__{_name}__", _compare(_name))


def updated(mine, theirs):
    """``mine``, changed in place to equal ``theirs`` where it can be, else ``theirs``."""
    if type(mine) is not type(theirs):
        return theirs
    if isinstance(mine, list):
        mine[:] = [updated(a, b) for a, b in zip(mine, theirs)] + theirs[len(mine) :]
    elif isinstance(mine, dict):
        content = {k: updated(mine[k], x) if k in mine else x for k, x in theirs.items()}
        mine.clear()
        mine.update(content)
    elif isinstance(mine, tuple):
        return tuple(map(updated, mine, theirs))
    elif hasattr(mine, "dtype") and getattr(mine, "shape", ()) == theirs.shape != ():
        mine[...] = theirs
    else:
        return theirs
    return mine
