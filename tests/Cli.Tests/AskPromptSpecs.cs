using System.Text;
using ActorBrowser.Cli;
using ActorBrowser.Interop;
using ActorBrowser.TestSupport;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.CliTests;

/// <summary>Which keys answer a question of <c>exec --ask</c>, shown at a real terminal, in virtual time.</summary>
public sealed class AskPromptSpecs : TestKit
{
    private readonly SafeDescriptor _master;
    private readonly SafeDescriptor _terminal;
    private readonly IActorRef _prompt;
    private readonly StringBuilder _seen = new();

    public AskPromptSpecs()
        : base("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
        _master = PseudoTerminal.Open(80, 24, out var name);
        _terminal = SmallFile.Open(name, writable: true);
        DescriptorFlags.SetNonBlocking(_terminal);
        _prompt = Sys.ActorOf(Props.Create(() => new AskPrompt(_terminal, TestActor, null)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        SafeDescriptor.DisposeAll(_terminal, _master);
    }

    private void Advance(double milliseconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMilliseconds(milliseconds));

    private void Ask(long id) => _prompt.Tell(new FileRequested(id, "cmd-1", "command-none", "cat", $"/secret-{id}", FilePermission.Read, "The profile does not grant it.", Sys.Scheduler.Now.AddSeconds(45)));

    private async Task ShownAsync(string text)
    {
        var buffer = new byte[4096];
        await ProcessTable.Until(
            () =>
            {
                if (UnixPipe.Read(_master, buffer) is { Status: SocketStatus.Ok } read)
                    _seen.Append(Encoding.UTF8.GetString(buffer, 0, read.Bytes));
                return _seen.ToString().Contains(text, StringComparison.Ordinal);
            }, Deadline.Long);
        _seen.Clear();
    }

    // As the reactor tells them; AskSpecs types at a terminal, whose kernel passes keys on a moment later.
    private void Type(string keys)
    {
        foreach (var key in keys)
            _prompt.Tell(new AskPrompt.Key((byte)key));
    }

    private async Task AskedAsync(long id)
    {
        Ask(id);
        await ShownAsync($"/secret-{id}");
    }

    [Fact]
    public async Task A_key_within_half_a_second_of_the_question_is_no_answer()
    {
        await AskedAsync(1);
        Type("o");
        Advance(499);
        Type("nops\r");
        Advance(1);
        await ShownAsync("for the [p]rofile? (");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Type("o");
        Assert.Equal((1L, PermissionDecision.AllowOnce), await DecisionAsync());
    }

    [Fact]
    public async Task The_next_question_waits_half_a_second_too()
    {
        await AskedAsync(1);
        Ask(2);
        Advance(500);
        await ShownAsync(" s) ");
        Type("ooo");
        Assert.Equal((1L, PermissionDecision.AllowOnce), await DecisionAsync());
        await ShownAsync("/secret-2");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Advance(500);
        await ShownAsync(" s) ");
        Type("n");
        Assert.Equal((2L, PermissionDecision.Deny), await DecisionAsync());
    }

    [Theory]
    [InlineData("s", PermissionDecision.AllowForSession)]
    [InlineData("P", PermissionDecision.AllowForProfile)]
    public async Task What_grants_more_than_once_wants_enter(string key, PermissionDecision decision)
    {
        await AskedAsync(1);
        Advance(500);
        await ShownAsync(" s) ");
        Type("\r" + key + "x\r" + key);
        await ShownAsync("Enter: ");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Type("\r");
        Assert.Equal((1L, decision), await DecisionAsync());
    }

    [Fact]
    public async Task After_a_choice_that_wants_enter_another_key_counts()
    {
        await AskedAsync(1);
        Advance(500);
        await ShownAsync(" s) ");
        Type("pn");
        Assert.Equal((1L, PermissionDecision.Deny), await DecisionAsync());
    }

    private async Task<(long, PermissionDecision)> DecisionAsync()
    {
        var decide = await ExpectMsgAsync<Decide>(Deadline.Long);
        return (decide.Id, decide.Decision);
    }
}
