using System;
using System.Collections.Generic;

namespace Akka.Actor;

/// <summary>The handlers of a behaviour in the order they were declared.</summary>
internal sealed class ReceiveHandlers
{
    private readonly List<Handler> _handlers = [];
    private bool _catchesAll;

    public bool Handle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.Handle(message))
            {
                return true;
            }
        }

        return false;
    }

    public void Add<T>(Action<T> handle, Predicate<T> shouldHandle)
    {
        Add(new ActionHandler<T>(handle, shouldHandle));
        _catchesAll = typeof(T) == typeof(object) && shouldHandle is null;
    }

    public void Add(Type type, Action<object> handle, Predicate<object> shouldHandle)
    {
        Add(new TypedActionHandler(type, handle, shouldHandle));
        _catchesAll = type == typeof(object) && shouldHandle is null;
    }

    public void Add<T>(Func<T, bool> handle) => Add(new FuncHandler<T>(handle));

    public void Add(Type type, Func<object, bool> handle) => Add(new TypedFuncHandler(type, handle));

    private void Add(Handler handler)
    {
        if (_catchesAll)
        {
            throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        }

        _handlers.Add(handler);
    }

    private abstract class Handler
    {
        public abstract bool Handle(object message);
    }

    private sealed class ActionHandler<T>(Action<T> handle, Predicate<T> shouldHandle) : Handler
    {
        public override bool Handle(object message)
        {
            if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            {
                return false;
            }

            handle(typed);
            return true;
        }
    }

    private sealed class TypedActionHandler(Type type, Action<object> handle, Predicate<object> shouldHandle) : Handler
    {
        public override bool Handle(object message)
        {
            if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            {
                return false;
            }

            handle(message);
            return true;
        }
    }

    private sealed class FuncHandler<T>(Func<T, bool> handle) : Handler
    {
        public override bool Handle(object message) => message is T typed && handle(typed);
    }

    private sealed class TypedFuncHandler(Type type, Func<object, bool> handle) : Handler
    {
        public override bool Handle(object message) => type.IsInstanceOfType(message) && handle(message);
    }
}
