using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Actor;

/// <summary>Something that takes messages for code that is no actor.</summary>
public interface IInboxable : ICanWatch
{
    IActorRef Receiver { get; }

    object Receive();

    object Receive(TimeSpan timeout);

    Task<object> ReceiveAsync();

    Task<object> ReceiveAsync(TimeSpan timeout);

    object ReceiveWhere(Predicate<object> predicate);

    object ReceiveWhere(Predicate<object> predicate, TimeSpan timeout);

    void Send(IActorRef target, object message);
}

/// <summary>A mailbox for code that is no actor. The methods that are not asynchronous block, as they must.</summary>
public class Inbox : IInboxable, IDisposable
{
    private static int _inboxes;

    private readonly ActorSystem _system;
    private readonly TimeSpan _defaultTimeout;

    private Inbox(TimeSpan defaultTimeout, IActorRef receiver, ActorSystem system)
    {
        _defaultTimeout = defaultTimeout;
        _system = system;
        Receiver = receiver;
    }

    public IActorRef Receiver { get; private set; }

    public static Inbox Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.actor.inbox");
        if (config.IsNullOrEmpty())
        {
            throw ConfigurationException.NullOrEmptyConfig<Inbox>("akka.actor.inbox");
        }

        var size = config.GetInt("inbox-size", 0);
        var receiver = ((ActorSystemImpl)system).SystemActorOf(Props.Create(() => new InboxActor(size)), "inbox-" + Interlocked.Increment(ref _inboxes));
        return new Inbox(config.GetTimeSpan("default-timeout", null), receiver, system);
    }

    public IActorRef Watch(IActorRef subject) => WatchWith(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        Receiver.Tell(new InboxActor.StartWatch(subject, message));
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        Receiver.Tell(new InboxActor.StopWatch(subject));
        return subject;
    }

    public void Send(IActorRef target, object message) => target.Tell(message, Receiver);

    public object Receive() => Receive(_defaultTimeout);

    public object Receive(TimeSpan timeout) => Await(Query(null, timeout), timeout);

    public object ReceiveWhere(Predicate<object> predicate) => ReceiveWhere(predicate, _defaultTimeout);

    public object ReceiveWhere(Predicate<object> predicate, TimeSpan timeout) => Await(Query(predicate, timeout), timeout);

    public Task<object> ReceiveAsync() => ReceiveAsync(_defaultTimeout);

    /// <summary>The next message; a <see cref="Status.Failure"/> when none has come in time.</summary>
    public Task<object> ReceiveAsync(TimeSpan timeout) => Query(null, timeout);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _system.Stop(Receiver);
        }
    }

    private Task<object> Query(Predicate<object> predicate, TimeSpan timeout)
    {
        var deadline = _system.Scheduler.MonotonicClock + timeout;
        IQuery query = predicate is null ? new Get(deadline) : new Select(deadline, predicate);
        return Receiver.Ask(query, Timeout.InfiniteTimeSpan);
    }

    private object Await(Task<object> answer, TimeSpan timeout)
    {
        if (Task.WaitAny([answer], timeout) < 0)
        {
            throw new TimeoutException($"Inbox {Receiver.Path} didn't receive a response message in specified timeout {timeout}");
        }

        return answer.GetAwaiter().GetResult();
    }
}
