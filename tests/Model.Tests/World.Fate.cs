using System.Text;
using ActorBrowser.ModelTests.Players;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ModelTests;

/// Performs the operations.
internal sealed partial class World
{
    private readonly List<IActorRef> _spawned = [];

    private void Do(in Operation operation)
    {
        var (a, b) = (operation.A, operation.B);
        switch (operation.Act)
        {
            case Act.Fetch:
                AddFetch(byQuestion: a % 3 == 0, fetch => fetch with
                {
                    Streamed = a % 3 != 0 && a % 2 == 0,
                    Replay = b % 4 == 0,
                    Method = b % 5 == 1 ? "POST" : "GET",
                    Body = b % 5 == 1 ? Bodies.Upload(fetch.Url["http://x/".Length..]) : default(ReadOnlyMemory<byte>?),
                }, hasToken: b % 3 == 0, grantsLate: b % 2 == 0);
                break;
            case Act.CancelFetch when Pick(_fetches, a) is { Requester: { } requester }:
                requester.Tell(new Requester.CancelNow(), ActorRefs.NoSender);
                break;
            case Act.CancelToken when Pick(_fetches, a) is { Source: { } source }:
                source.Cancel();
                break;
            case Act.CancelAsAnother when Pick(_fetches, a) is { Id: { } id, Requester: not null }:
                Browser.Tell(b % 2 == 0 ? new CancelFetch(id) : new GrantCredit(id, 1 + b), AddUser(Props.Create(() => new Silent(this)), $"stranger-{_users.Count}"));
                break;
            case Act.StopRequester when Pick(_fetches, a) is { Requester: { } requester } left:
                left.IsExcused = true;
                _machine.System.Stop(requester);
                break;
            case Act.Decode:
                var source2 = b % 3 == 0 ? new CancellationTokenSource() : null;
                Decode(byQuestion: a % 2 == 0, $"site-{b % 2}", source2);
                break;
            case Act.CancelDecode when Pick(_questions, a) is { Source: { } source }:
                source.Cancel();
                break;
            case Act.StopAsker when Pick(_questions, a) is { Asker: { } asker } question:
                question.IsExcused = true;
                _machine.System.Stop(asker);
                break;
            case Act.SpawnChild:
                Spawn();
                break;
            case Act.AskChild when Pick(_spawned, a) is { } child:
                AskChild(child, isPing: b % 2 == 0);
                break;
            case Act.ShutDownChild when Pick(_spawned, a) is { } child:
                child.Tell(b % 2 == 0 ? ChildProcessProtocol.Shutdown.Instance : ChildProcessProtocol.Kill.Instance, ActorRefs.NoSender);
                break;
            case Act.StopChildActor when Pick(ChildActors(), a) is { } child:
                child.Tell(b % 2 == 0 ? PoisonPill.Instance : Kill.Instance, ActorRefs.NoSender);
                break;
            case Act.PoisonChildActor when Pick(ChildActors(), a) is { } child:
                child.Tell(Poison.Instance, ActorRefs.NoSender);
                break;
            case Act.KillProcess when Pick(Children.FindAll(static child => child.IsAlive), a) is { } child:
                child.Kill();
                break;
            case Act.CrashProcess when Pick(Children.FindAll(static child => child.IsAlive), a) is { } child:
                child.Die(b % 2 == 0 ? 0 : 134, null);
                break;
            case Act.Hang when Pick(ChildActors(), a) is { } child:
                child.Tell(new HeartbeatMonitor.Trouble(new ExitVerdict(ExitReason.Killed, KillCause.Hang, "It answers no heartbeat in this run.")), ActorRefs.NoSender);
                break;
            case Act.StopBrowser:
                StopBrowser();
                break;
            default:
                if (!DoToTab(operation))
                    Poisons.Do(operation.Act, Browser);
                break;
        }
    }

    private bool DoToTab(in Operation operation)
    {
        var tab = Pick(_tabs, operation.A);
        switch (operation.Act)
        {
            case Act.OpenTab:
                AddTab();
                break;
            case Act.Navigate when tab is { Tab: { } actor }:
                actor.Tell(new TabProtocol.Navigate($"http://{(operation.B % 2 == 0 ? "pages" : "others")}/page-{operation.B % 7}"));
                break;
            case Act.Reload when tab is { Tab: { } actor }:
                actor.Tell(new TabProtocol.Reload());
                break;
            case Act.StopLoading when tab is { Tab: { } actor }:
                actor.Tell(new TabProtocol.Stop());
                break;
            case Act.CloseTab when tab is { Tab: { } actor }:
                actor.Tell(new TabProtocol.Close());
                break;
            case Act.PoisonTab when tab is { Tab: { } actor }:
                actor.Tell(Poison.Instance);
                break;
            case Act.Query when tab is { Tab: { } actor }:
                Ask(operation.B % 2 == 0, actor, new TabProtocol.Query(DocumentQuery.Text), $"query {_questions.Count}", answer => answer is
                    TabProtocol.QueryResult or TabProtocol.QueryFailed or Status.Failure { Cause: PageException or BrowserStoppedException } ? null : $"the answer is {answer}");
                break;
            default:
                return false;
        }
        return true;
    }

    private void StopBrowser()
    {
        IsStopping = true;
        _machine.System.Stop(Browser);
    }

    private FetchRecord AddFetch(bool byQuestion, Func<Fetch, Fetch> make, bool hasToken = false, bool grantsLate = false)
    {
        var token = $"f{_fetches.Count}";
        var source = hasToken ? new CancellationTokenSource() : null;
        var fetch = make(new Fetch($"http://x/{token}")) with { Cancellation = source?.Token ?? default };
        var record = new FetchRecord(this, token, fetch) { Source = source };
        _fetches.Add(record);
        if (byQuestion)
            record.Asked = Reply.AskAsync<IEvent>(Browser, fetch, BrowserStopped, CancellationToken.None);
        else
            record.Requester = AddUser(Props.Create(() => new Requester(Browser, record, grantsLate)), token);
        return record;
    }

    private void Decode(bool byQuestion, string site, CancellationTokenSource? source)
    {
        var token = $"image-{_questions.Count}";
        var decode = new ImageProtocol.Decode(Encoding.UTF8.GetBytes(token)) { Site = site, Cancellation = source?.Token ?? default };
        Ask(byQuestion, Browser, decode, token, answer => answer switch
        {
            ImageProtocol.DecodeRefused { Kind: null or DecodeFailure.TimedOut } => null,
            ImageProtocol.DecodeRefused refused => refused.Message == token ? null : $"the answer is another's: {refused.Message}",
            Status.Failure { Cause: BrowserStoppedException } when IsStopping => null,
            _ => $"the answer is {answer}",
        }, source);
    }

    private void Spawn() => Ask(byQuestion: false, Browser, new BrowserProtocol.SpawnChild("echo"), $"spawn {_questions.Count}", answer =>
    {
        if (answer is BrowserProtocol.ChildSpawned spawned)
            _spawned.Add(spawned.Child);
        return answer is BrowserProtocol.ChildSpawned or BrowserProtocol.ChildSpawnFailed or Status.Failure { Cause: ChildLostException or BrowserStoppedException }
            ? null : $"the answer is {answer}";
    });

    private void AskChild(IActorRef child, bool isPing)
    {
        var number = (ushort)_questions.Count;
        Ask(byQuestion: true, child, isPing ? ChildProcessProtocol.Ping.Instance : new ChildProcessProtocol.SendToRole(number, Encoding.UTF8.GetBytes($"message {number}")),
            $"question {number} to a child", answer => answer switch
            {
                ChildProcessProtocol.Pong when isPing => null,
                ChildProcessProtocol.RoleAnswer role when !isPing && role.Kind == number && Encoding.UTF8.GetString(role.Payload.Span) == $"message {number}" => null,
                Status.Failure { Cause: ChildLostException or BrowserStoppedException } => null,
                _ => $"the answer is {answer}",
            });
    }

    private void Ask(bool byQuestion, IActorRef target, object message, string name, Func<object, string?> problem, CancellationTokenSource? source = null)
    {
        var question = new Question(this, name, problem) { Source = source };
        _questions.Add(question);
        if (byQuestion)
            question.Asked = Reply.AskAsync<object>(target, message, BrowserStopped, CancellationToken.None);
        else
            question.Asker = AddUser(Props.Create(() => new Asker(target, message, question)), name.Replace(' ', '-'));
    }

    private TabRecordOfUser AddTab()
    {
        var record = new TabRecordOfUser($"tab {_tabs.Count}");
        _tabs.Add(record);
        AddUser(Props.Create(() => new TabUser(this, Browser, record)), $"tab-user-{_tabs.Count}");
        return record;
    }

    private IActorRef AddUser(Props props, string name)
    {
        var user = _machine.System.ActorOf(props, name);
        _users.Add(user);
        return user;
    }

    private List<IActorRef> ChildActors() => [.. Everybody(Browser).Where(static actor => ModelSystem.Behind(actor) is ChildProcessActor)];

    private static IEnumerable<IActorRef> Everybody(IActorRef root) => ModelSystem.ChildrenOf(root).SelectMany(Everybody).Prepend(root);

    private static BrowserStoppedException BrowserStopped(string why) => new(why);

    private static T? Pick<T>(List<T> from, int number) where T : class => from.Count == 0 ? null : from[number % from.Count];

    /// <summary>An actor that requested no fetch: it may be refused, and gets nothing else.</summary>
    private sealed class Silent(World world) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not Status.Failure { Cause: InvalidMessageException })
                world.Fail($"A stranger heard {message}");
        }
    }
}
