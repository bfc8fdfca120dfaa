using Akka.Actor;
using Akka.TestKit;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The broker of permissions: who is asked, what a decision grants, and that everything else denies. The time is the test's.</summary>
[Trait("Tier", "Fast")]
public sealed class PermissionBrokerSpecs : PermissionSpecs
{
    [Fact]
    public async Task A_question_names_what_is_asked_and_an_allow_once_answers_it_alone()
    {
        var broker = Broker();
        var key = Ask(broker, File("/etc/shadow"));
        var question = await QuestionAsync<FileRequested>();
        Assert.Equal(("cmd-1", "command-workspace", "make all", "/etc/shadow", FilePermission.Read), (question.Session, question.Profile, question.Command, question.Path, question.Access));
        Decide(broker, question.Id, PermissionDecision.AllowOnce, Person);
        Assert.Equal(new PermissionAnswer(key, PermissionDecision.AllowOnce, "", "person"), await AnswerAsync());
        Assert.True((await Person.ExpectMsgAsync<Decided>(Deadline.Long)).Accepted);
        Ask(broker, File("/etc/shadow"));
        Assert.NotEqual(question.Id, (await QuestionAsync<FileRequested>()).Id);
    }

    [Fact]
    public async Task A_grant_for_the_session_holds_for_it_alone_and_ends_with_it()
    {
        var broker = Broker();
        Ask(broker, File("/a", FilePermission.Read | FilePermission.Write));
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.AllowForSession, Person);
        await AnswerAsync();
        await Person.ExpectMsgAsync<Decided>(Deadline.Long);
        Ask(broker, File("/a"));
        Assert.Equal((PermissionDecision.AllowForSession, "rule"), await AnswerAsync() is var again ? (again.Decision, again.By) : default);
        // More than was granted, another path, another session.
        Ask(broker, File("/a", FilePermission.Execute));
        Ask(broker, File("/ab"));
        Ask(broker, File("/a"), "cmd-2");
        for (var i = 0; i < 3; i++)
            await QuestionAsync<FileRequested>();
        broker.Tell(new ForgetSession("cmd-1"));
        Assert.Equal(("command ended", "command ended"), ((await AnswerAsync()).By, (await AnswerAsync()).By));
        // Its session is over: nobody is asked, and nothing of it comes back.
        Ask(broker, File("/a"));
        Assert.Equal((PermissionDecision.Deny, "command ended"), await AnswerAsync() is var late ? (late.Decision, late.By) : default);
        Assert.Equal("cmd-2", Assert.Single(await OpenAsync(broker)).Session);
    }

    [Fact]
    public async Task A_grant_for_the_profile_holds_for_other_sessions_of_it_and_after_a_restart()
    {
        var broker = Broker();
        Ask(broker, Host("example.com"));
        var question = await QuestionAsync<EgressRequested>();
        Decide(broker, question.Id, PermissionDecision.AllowForProfile, Person);
        await AnswerAsync();
        await Person.ExpectMsgAsync<Decided>(Deadline.Long);
        broker.Tell(new ForgetSession("cmd-1"));
        Ask(broker, Host("example.com", protocol: EgressProtocol.Socks), "cmd-2");
        Assert.Equal(PermissionDecision.AllowForProfile, (await AnswerAsync()).Decision);
        // A host that may be reached may be looked up, but not reached at another port, nor by another profile.
        Ask(broker, Host("example.com", 53, EgressProtocol.Name), "cmd-2");
        Assert.Equal(PermissionDecision.AllowForProfile, (await AnswerAsync()).Decision);
        Ask(broker, Host("example.com", 22), "cmd-2");
        Ask(broker, Host("example.com"), "cmd-3", "other");
        await QuestionAsync<EgressRequested>();
        await QuestionAsync<EgressRequested>();
        broker.Tell(Poison.Instance);
        Assert.Equal(("broker", "broker"), ((await AnswerAsync()).By, (await AnswerAsync()).By));
        Ask(broker, Host("example.com"), "cmd-2");
        Assert.Equal(PermissionDecision.AllowForProfile, (await AnswerAsync()).Decision);
        // An answer to a question of before the restart decides nothing, and its number is not used again.
        Ask(broker, Host("other.example"), "cmd-2");
        var next = await QuestionAsync<EgressRequested>();
        Assert.True(next.Id > question.Id + 2);
        Decide(broker, question.Id + 1, PermissionDecision.AllowOnce, Person);
        Assert.False((await Person.ExpectMsgAsync<Decided>(Deadline.Long)).Accepted);
        Assert.Equal(next.Id, Assert.Single(await OpenAsync(broker)).Id);
    }

    [Fact]
    public async Task Nobody_s_answer_denies_at_the_deadline_and_a_later_one_changes_nothing()
    {
        var broker = Broker("actorbrowser.permissions.deadline = 10s");
        var key = Ask(broker, File("/a"));
        var question = await QuestionAsync<FileRequested>();
        var time = (TestScheduler)Sys.Scheduler;
        Assert.Equal(time.Now + TimeSpan.FromSeconds(10), question.Deadline);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Single(await OpenAsync(broker));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new PermissionAnswer(key, PermissionDecision.Deny, "Nobody answered within 10 s.", "deadline"), await AnswerAsync());
        Decide(broker, question.Id, PermissionDecision.AllowForSession, Person);
        Assert.Equal(new Decided(question.Id, PermissionDecision.Deny, "Nobody answered within 10 s.", "deadline", Accepted: false), await Person.ExpectMsgAsync<Decided>(Deadline.Long));
        // Nobody has said no: it may be asked again.
        Ask(broker, File("/a"));
        await QuestionAsync<FileRequested>();
    }

    [Fact]
    public async Task The_first_of_two_answers_decides()
    {
        var broker = Broker();
        Ask(broker, File("/a"));
        var question = await QuestionAsync<FileRequested>();
        var other = CreateTestProbe();
        Decide(broker, question.Id, PermissionDecision.Deny, Person, "Not that file.");
        Decide(broker, question.Id, PermissionDecision.AllowForProfile, other);
        Assert.True((await Person.ExpectMsgAsync<Decided>(Deadline.Long)).Accepted);
        Assert.Equal(new Decided(question.Id, PermissionDecision.Deny, "Not that file.", "person", Accepted: false), await other.ExpectMsgAsync<Decided>(Deadline.Long));
        Assert.Equal("Not that file.", (await AnswerAsync()).Sentence);
        // Who has said no is not asked the same again by this session.
        Ask(broker, File("/a"));
        Assert.Equal((PermissionDecision.Deny, "Not that file."), await AnswerAsync() is var again ? (again.Decision, again.Sentence) : default);
        Ask(broker, File("/a"), "cmd-2");
        await QuestionAsync<FileRequested>();
    }

    [Fact]
    public async Task Equal_questions_of_a_session_are_asked_once_and_answered_together()
    {
        var broker = Broker();
        long[] keys = [Ask(broker, File("/a")), Ask(broker, File("/a")), Ask(broker, File("/a"))];
        var question = await QuestionAsync<FileRequested>();
        Assert.Single(await OpenAsync(broker));
        // One of them is withdrawn; the others wait on.
        broker.Tell(new AbandonPermission(keys[1], TestActor));
        Decide(broker, question.Id, PermissionDecision.AllowOnce, Person);
        Assert.Equal([keys[0], keys[2]], [(await AnswerAsync()).Key, (await AnswerAsync()).Key]);
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_question_that_nobody_waits_for_any_more_is_closed()
    {
        var broker = Broker();
        Sys.EventStream.Subscribe(Person.Ref, typeof(Decided));
        var key = Ask(broker, File("/a"));
        var question = await QuestionAsync<FileRequested>();
        broker.Tell(new AbandonPermission(key, TestActor));
        Assert.Equal("command ended", (await Person.ExpectMsgAsync<Decided>(Deadline.Long)).By);
        Assert.Empty(await OpenAsync(broker));
        Decide(broker, question.Id, PermissionDecision.AllowForSession, Person);
        Assert.False((await Person.ExpectMsgAsync<Decided>(Deadline.Long)).Accepted);
        Ask(broker, File("/a"));
        await QuestionAsync<FileRequested>();
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_policy_s_actor_decides_and_one_that_throws_costs_its_question_alone()
    {
        var broker = Broker("actorbrowser.permissions.deadline = 10s", Props.Create(static () => new Policy()));
        Ask(broker, Host("good.example"));
        Assert.Equal((PermissionDecision.AllowOnce, true), await AnswerAsync() is var good ? (good.Decision, good.By.EndsWith("/policy", StringComparison.Ordinal)) : default);
        var key = Ask(broker, Host("throw.example"));
        Ask(broker, Host("good.example"));
        Assert.Equal(PermissionDecision.AllowOnce, (await AnswerAsync()).Decision);
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((key, "deadline"), await AnswerAsync() is var failed ? (failed.Key, failed.By) : default);
    }

    [Fact]
    public async Task Without_its_policy_s_actor_the_deadline_denies()
    {
        var broker = Broker("actorbrowser.permissions.deadline = 10s", Props.Create(static () => new Policy()));
        Ask(broker, Host("stop.example"));
        Ask(broker, Host("good.example"));
        Assert.Equal(2, (await OpenAsync(broker)).Count);
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(("deadline", "deadline"), ((await AnswerAsync()).By, (await AnswerAsync()).By));
    }

    [Fact]
    public async Task A_stopped_broker_s_questions_are_denied_and_so_is_one_that_comes_after()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.permissions.audit-file = \"{Audit}\"")), new FakeLauncher()));
        Ask(browser, File("/a"));
        var question = await QuestionAsync<FileRequested>();
        Decide(browser, question.Id, PermissionDecision.AllowOnce, Person);
        Assert.Equal(PermissionDecision.AllowOnce, (await AnswerAsync()).Decision);
        await Person.ExpectMsgAsync<Decided>(Deadline.Long);
        Ask(browser, File("/a"));
        await QuestionAsync<FileRequested>();
        Sys.ActorSelection(browser.Path / "permissions").Tell(PoisonPill.Instance);
        Assert.Equal("broker", (await AnswerAsync()).By);
        Ask(browser, File("/a"));
        Assert.Equal((PermissionDecision.Deny, "broker"), await AnswerAsync() is var late ? (late.Decision, late.By) : default);
    }

    [Fact]
    public async Task A_decision_that_is_none_is_refused()
    {
        var broker = Broker();
        broker.Tell(new Decide(1, (PermissionDecision)9), TestActor);
        Assert.Contains("PermissionDecision", (await ExpectMsgAsync<Status.Failure>(Deadline.Long)).Cause.Message, StringComparison.Ordinal);
    }

    private sealed class Policy : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case EgressRequested { Host: "good.example" } question:
                    Sender.Tell(new Decide(question.Id, PermissionDecision.AllowOnce));
                    break;
                case EgressRequested { Host: "throw.example" }:
                    throw new InvalidOperationException("a policy that throws");
                case EgressRequested { Host: "stop.example" }:
                    Context.Stop(Self);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }
    }
}
