using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Akka.Dispatch;

namespace Akka.Actor;

public interface IInitializableActor
{
    void Init();
}

/// <summary>Handlers by message type; the first that matches, in the order they were given, handles.</summary>
public abstract class ReceiveActor : UntypedActor, IInitializableActor
{
    private readonly Stack<List<Func<object, bool>>> _building = new();
    private bool _initialized;

    protected ReceiveActor() => _building.Push([]);

    void IInitializableActor.Init()
    {
        if (_initialized)
            return;
        _initialized = true;
        Install(_building.Pop(), (ActorCell)((IInternalActor)this).ActorContext, first: true);
    }

    protected sealed override void OnReceive(object message) => Unhandled(message);

    protected void Become(Action configure) => ((IInternalActor)this).ActorContext.Become(Build(configure));

    protected void BecomeStacked(Action configure) => ((IInternalActor)this).ActorContext.BecomeStacked(Build(configure));

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) => Add(message =>
    {
        if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            return false;
        handler(typed);
        return true;
    });

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(message => message is T typed && handler(typed));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object> shouldHandle = null) => Add(message =>
    {
        if (!messageType.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            return false;
        handler(message);
        return true;
    });

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) => Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) => Add(message => messageType.IsInstanceOfType(message) && handler(message));

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null) =>
        Receive(typed => ActorTaskScheduler.RunTask(() => handler(typed)), shouldHandle);

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object> shouldHandle = null) =>
        Receive(messageType, message => ActorTaskScheduler.RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAny(Action<object> handler) => Add(message =>
    {
        handler(message);
        return true;
    });

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAny(message => ActorTaskScheduler.RunTask(() => handler(message)));

    private void Add(Func<object, bool> handler)
    {
        if (_building.Count == 0)
            throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");
        _building.Peek().Add(handler);
    }

    private Receive Build(Action configure)
    {
        _building.Push([]);
        configure();
        return Compile(_building.Pop());
    }

    private void Install(List<Func<object, bool>> handlers, ActorCell cell, bool first)
    {
        if (first)
            cell.BecomeFirst(Compile(handlers), replaceBottom: true);
    }

    private Receive Compile(List<Func<object, bool>> handlers)
    {
        var all = handlers.ToArray();
        return message =>
        {
            foreach (var handler in all)
            {
                if (handler(message))
                    return true;
            }
            return false;
        };
    }
}
