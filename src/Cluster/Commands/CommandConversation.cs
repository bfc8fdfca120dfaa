using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// A command on another node, as this node sees it: the session of <see cref="Spawned"/>, or what answers questions about a command
/// that was asked for elsewhere. It takes all that a local session takes. It stops once the command is over, every subscriber was told
/// and every question is answered; <see cref="CommandRouter"/> makes another one for later questions.
/// </summary>
internal sealed partial class CommandConversation : Conversation
{
    private readonly Spawn? _spawn;
    private readonly string? _attached;
    private readonly PlacementRequest _placement;
    private readonly CommandTalkers _talkers = new(Context);
    private readonly LostCommand _command = new();
    private readonly CommandAnswers _answers;
    private readonly List<object> _early = [];
    private CommandOrder? _order;
    private long _unsentInput;
    private bool _hasStarted;
    private bool _isOver;
    private bool _isRetiring;
    private bool _isRetired;

    public CommandConversation(ConversationStart start, Spawn? spawn, string? attached, PlacementRequest placement) : base(start)
    {
        (_spawn, _attached, _placement, _hasStarted) = (spawn, attached, placement, spawn is null);
        _answers = new CommandAnswers(_talkers, _command, Self, Say);
        if (attached is not null)
            (_command.Handle, _command.Local) = (CommandHandle.Of(attached, placement.Only!), attached);
    }

    /// <summary>To the cluster's actor: this conversation is about the command with this handle.</summary>
    internal sealed record Known(string Handle) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To the cluster's actor: nothing is left to do. Answered by <see cref="Retire"/>.</summary>
    internal sealed class Idle : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Idle Instance = new();
    }

    /// <summary>From the cluster's actor, which passes nothing on to this conversation from now on.</summary>
    internal sealed class Retire : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Retire Instance = new();
    }

    private protected override PlacementRequest Placement => _placement;

    private protected override bool MayRepeat => false;

    /// <summary>Creates the props for a new command.</summary>
    internal static Props Starting(ConversationStart start, Spawn spawn, PlacementRequest placement) => Akka.Actor.Props.Create(() => new CommandConversation(start, spawn, null, placement));

    /// <summary>Creates the props for a command that a node has.</summary>
    /// <param name="start">The conversation.</param>
    /// <param name="handle">Its handle at that node's browser.</param>
    /// <param name="node">The node's key.</param>
    internal static Props About(ConversationStart start, string handle, string node) =>
        Akka.Actor.Props.Create(() => new CommandConversation(start, null, handle, new PlacementRequest(WorkKind.Question) { Only = node }));

    protected override void PreStart()
    {
        if (_spawn is not null && CommandRefusal.Of(_spawn, Context.System) is { } refused)
        {
            Requester.Tell(refused, Self);
            Finish();
            return;
        }
        if (_spawn is not null)
            _order = Order(_spawn);
        base.PreStart();
    }

    private protected override void OnPlaced()
    {
        Send(_order is null ? new CommandAttach(_attached!) : _order);
        foreach (var message in _early)
            Send(message);
        _early.Clear();
    }

    private protected override void OnRoom()
    {
        if (IsClear)
            _unsentInput = 0;
    }

    private protected override void OnAnswer(object message)
    {
        switch (message)
        {
            case CommandStarted started when !_hasStarted:
                _hasStarted = true;
                AwaitEndOf(_spawn!);
                _command.Local = started.Handle;
                _command.Handle = CommandHandle.Of(started.Handle, Node!);
                _command.OnStarted(_spawn!.Display, started);
                Context.Parent.Tell(new Known(_command.Handle));
                Requester.Tell(new Spawned(_command.Handle, Self, started.ProcessId, started.StartedAt), Self);
                break;
            case SpawnRefused refused when !_hasStarted:
                Requester.Tell(refused, Self);
                Finish();
                return;
            case CommandHeard heard when _hasStarted:
                if (_talkers.Find(heard.Actor) is { } talker)
                    _answers.OnHeard(talker, heard.Event);
                break;
            case CommandOver when _hasStarted && !_isOver:
                _isOver = true;
                AwaitNoEnd();
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of a command's node.");
        }
        AwaitRest(hasHeard: true);
        StopIfDone();
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case GrantOutput grant:
                if (_talkers.FeedOf(Sender, out var number) is { } feed)
                {
                    feed.Allow(grant.Bytes);
                    _answers.Grant(number, feed);
                }
                break;
            case SubscribeTo subscribe:
                Subscribe(subscribe.Subscription, Sender);
                break;
            case Subscribe subscribe:
                Subscribe(subscribe, subscribe.Subscriber);
                break;
            case Unsubscribe unsubscribe:
                if (_talkers.Unsubscribe(unsubscribe.Subscriber) is > 0 and var subscription)
                    Say(new CommandForget(subscription));
                break;
            case WriteInput write:
                OnWrite(write);
                break;
            case CloseInput or CommandProtocol.SendSignal or ResizeTerminal or CommandProtocol.Terminate:
                // None of these is answered, so nobody needs a number for them.
                Say(new CommandSaid(_talkers.Of(Context.System.DeadLetters).Number, message));
                break;
            case GetSnapshot or Poll or Wait or KillCommand or Release:
                Ask(message);
                break;
            case Terminated terminated:
                foreach (var forgotten in _talkers.ForgetAll(terminated.ActorRef))
                    Say(new CommandForget(forgotten));
                break;
            case Retire:
                _isRetired = true;
                break;
            case Overdue overdue:
                OnOverdue(overdue);
                break;
            case Unsaid:
                OnUnsaid();
                return;
            case Akka.Actor.Status.Failure when _isRetiring:
                // The cluster's actor has failed before it answered.
                _isRetiring = false;
                break;
            default:
                Unhandled(message);
                return;
        }
        AwaitRest(hasHeard: false);
        StopIfDone();
    }

    private protected override void OnFailed(ConversationFailure failure, string problem)
    {
        if (!_hasStarted)
        {
            Requester.Tell(CommandRefusal.Of(failure, problem), Self);
            return;
        }
        // A node that ends its work for this one kills the command, unless it is configured to keep it.
        var cause = failure == ConversationFailure.Stopped ? ExitCause.Kill : ExitCause.NodeLost;
        _answers.TellOfLoss(cause, _spawn is null ? CommandRefusal.FailureOf(failure, problem) : null, problem);
    }

    private CommandOrder Order(Spawn spawn)
    {
        if (spawn.Subscription is not { } asked)
            return CommandOrder.Of(spawn, null, 0);
        var feed = new OutputFeed(asked.Subscriber, asked.Subscriber, asked.Credit, asked.From, Window);
        var subscriber = _talkers.Subscribe(feed).Number;
        return CommandOrder.Of(spawn, new CommandSubscription(asked.From, asked.Text, feed.TakeGrant()), subscriber);
    }

    // A quarter of what may be under way, so that several subscribers do not wait for each other.
    private int Window => Start.Settings.Window / 4;

    private void Subscribe(Subscribe asked, IActorRef asker)
    {
        // A second subscription of an actor replaces the first one.
        if (_talkers.Unsubscribe(asked.Subscriber) is > 0 and var former)
            Say(new CommandForget(former));
        var feed = new OutputFeed(asked.Subscriber, asker, asked.Credit, asked.From, Window);
        Say(new CommandSaid(_talkers.Subscribe(feed).Number, new CommandSubscription(asked.From, asked.Text, feed.TakeGrant())));
    }

    private void OnWrite(WriteInput write)
    {
        // Shorter than a message may be, with its other fields.
        var most = Math.Min(Start.Settings.MaxInput, Start.Settings.MaxMessage - 1024);
        if (MessageBytes.Take(write.Data, out var data) is { } problem)
            Sender.Tell(new InputRefused($"{problem}."), Self);
        else if ((IsPlaced && IsClear ? 0 : _unsentInput) + data.Length > most)
            Sender.Tell(new InputRefused($"{_unsentInput} bytes of input wait for the command's node already; actorbrowser.cluster.max-queued-input allows {most}."), Self);
        else
        {
            _unsentInput = (IsPlaced && IsClear ? 0 : _unsentInput) + data.Length;
            var talker = _talkers.Of(Sender);
            talker.HasWritten = true;
            // An Ask is forgotten with its answer.
            if (Sender is MinimalActorRef)
                talker.Questions.Add(write);
            Say(new CommandSaid(talker.Number, new WriteInput(data) { Offset = write.Offset }));
        }
    }

    private void Ask(object question)
    {
        if (!_talkers.IsAwaited)
            Await();
        var talker = _talkers.Of(Sender);
        talker.Questions.Add(question);
        if (LongestOf(question) is { } longest)
            Timers.StartSingleTimer(new object(), new Overdue(talker.Number, question), longest);
        // The node has its own name for the command.
        Say(new CommandSaid(talker.Number, question switch
        {
            Poll poll => poll with { Handle = "" },
            Wait wait => wait with { Handle = "" },
            KillCommand kill => kill with { Handle = "" },
            Release release => release with { Handle = "" },
            _ => question,
        }));
    }

    private void Say(object message)
    {
        if (IsPlaced)
            Send(message);
        else
            _early.Add(message);
    }

    private void StopIfDone()
    {
        if (!_isOver || !_talkers.AreDone)
            return;
        if (_isRetired)
            Finish();
        else if (!_isRetiring)
            Context.Parent.Tell(Idle.Instance);
        _isRetiring = true;
    }
}
