using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Base of the tests of the permission broker: a person who hears of its questions, and the test's time.</summary>
public abstract class PermissionSpecs : TestKit
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-permissions-").FullName;
    private readonly PermissionGrants _grants = new();
    private long _key;

    protected PermissionSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"") =>
        Sys.EventStream.Subscribe((Person = CreateTestProbe()).Ref, typeof(PermissionRequested));

    private protected TestProbe Person { get; }

    private protected string Audit => Path.Combine(_folder, "state", "audit.jsonl");

    protected override void AfterAll()
    {
        Directory.Delete(_folder, recursive: true);
        base.AfterAll();
    }

    private protected IActorRef Broker(string overrides = "", Props? policy = null) => Sys.ActorOf(PermissionBroker.Props(
        ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.permissions.audit-file = \"{Audit}\"\n{overrides}")).Permissions, _grants, policy));

    private protected static PermissionSubject.File File(string path, FilePermission access = FilePermission.Read) => new(path, access);

    private protected static PermissionSubject.Egress Host(string host, int port = 443, EgressProtocol protocol = EgressProtocol.Connect) => new(host, port, protocol);

    private protected long Ask(IActorRef broker, PermissionSubject subject, string session = "cmd-1", string profile = "command-workspace")
    {
        broker.Tell(new AskPermission(++_key, session, profile, "make all", subject, "The profile does not grant it.", TestActor), TestActor);
        return _key;
    }

    private protected async Task<PermissionAnswer> AnswerAsync() => await ExpectMsgAsync<PermissionAnswer>(Deadline.Long);

    private protected async Task<T> QuestionAsync<T>() where T : PermissionRequested => await Person.ExpectMsgAsync<T>(Deadline.Long);

    private protected static void Decide(IActorRef broker, long id, PermissionDecision decision, TestProbe by, string? sentence = null) => broker.Tell(new Decide(id, decision, sentence, "person"), by.Ref);

    // What was sent before has been handled when the broker answers.
    private protected static async Task<IReadOnlyList<PermissionRequested>> OpenAsync(IActorRef broker) =>
        (await broker.Ask<OpenQuestions>(GetOpenQuestions.Instance, Deadline.Long)).All;
}
