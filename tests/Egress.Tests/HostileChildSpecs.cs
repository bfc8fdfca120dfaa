using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.EgressTests;

/// <summary>An egress child that an attacker controls, played by the test, in front of the real parent.</summary>
public sealed class HostileChildSpecs : TestKit
{
    private readonly PlayedChildren _children = new(EgressContract.Name);
    private readonly Akka.TestKit.TestProbe _broker;
    private readonly Akka.TestKit.TestProbe _resolver;
    private readonly Akka.TestKit.TestProbe _command;
    private readonly EgressAudience _audience = new();

    public HostileChildSpecs() : base("akka.loglevel = ERROR\nakka.log-dead-letters = off")
    {
        (_broker, _resolver, _command) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _audience.Join("cmd-1", "true", _command, default);
    }

    private IActorRef Start(RefusalMode mode, params string[] rules)
    {
        var settings = ActorBrowserSettings.From(Sys.Settings.Config);
        return Sys.ActorOf(EgressSession.Props(new EgressSetup(settings, _children, "command-networked", EgressRules.Of(rules), mode, _audience, _resolver, _broker),
            [new NetworkListener(ListenerKind.Names, 53, PathProbe.OpenNull())]));
    }

    private async Task<PlayedChildren.Child> StartChildAsync(RefusalMode mode, params string[] rules)
    {
        Start(mode, rules);
        return await _children.NextAsync();
    }

    [Fact]
    public async Task It_gets_no_socket_to_a_host_that_is_not_granted()
    {
        await using var server = new RawServer(static (_, _) => Task.CompletedTask);
        var child = await StartChildAsync(RefusalMode.Deny, $"127.0.0.1:{server.Port}");
        child.Send(1, new EgressConnect(EgressKind.Socks, "127.0.0.1", server.Port, ""));
        Assert.Equal((MessageType.EgressConnected, 1ul, 1), await child.NextAsync());
        var wanted = new (string Host, int Port)[] { ("127.0.0.1", server.Port == 1 ? 2 : 1), ("127.0.0.2", server.Port), ("localhost", server.Port), ("::1", server.Port), ("example.org", 443), ("bad host", 80), ("..", 80), ("a\r\nb", 80) };
        for (var i = 0; i < wanted.Length; i++)
        {
            child.Send((ulong)i + 2, new EgressConnect(EgressKind.Tcp, wanted[i].Host, wanted[i].Port, ""));
            Assert.Equal((MessageType.EgressRefused, (ulong)i + 2, 0), await child.NextAsync());
        }
        Assert.Equal(1, server.Accepted);
        await _resolver.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(5ul)]
    public async Task An_id_that_was_used_ends_it(ulong again)
    {
        var child = await StartChildAsync(RefusalMode.Deny);
        child.Send(5, new EgressConnect(EgressKind.Name, "example.org", 0, ""));
        Assert.Equal(MessageType.EgressRefused, (await child.NextAsync()).Type);
        child.Send(again, new EgressConnect(EgressKind.Name, "example.org", 0, ""));
        await child.Killed.WaitAsync(Deadline.Long);
    }

    [Fact]
    public async Task More_open_questions_than_it_may_have_end_it_and_their_questions_are_withdrawn()
    {
        var child = await StartChildAsync(RefusalMode.Ask);
        for (var i = 1; i <= EgressContract.MostOpen; i++)
            child.Send((ulong)i, new EgressConnect(EgressKind.Tcp, "example.org", 443, ""));
        for (var i = 1; i <= EgressContract.MostOpen; i++)
            await _broker.ExpectMsgAsync<AskPermission>(Deadline.Long);
        Assert.False(child.Killed.IsCompleted);
        child.Send(EgressContract.MostOpen + 1, new EgressConnect(EgressKind.Tcp, "example.org", 443, ""));
        await child.Killed.WaitAsync(Deadline.Long);
        for (var i = 1; i <= EgressContract.MostOpen; i++)
            await _broker.ExpectMsgAsync<AbandonPermission>(Deadline.Long);
    }

    [Fact]
    public async Task Garbage_and_messages_of_others_end_it_and_another_is_started()
    {
        Start(RefusalMode.Deny);
        var child = await _children.NextAsync();
        child.SendRaw([0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
        await child.Killed.WaitAsync(Deadline.Long);
        child = await _children.NextAsync();
        child.Send(1, default(EgressConnected));
        await child.Killed.WaitAsync(Deadline.Long);
        child = await _children.NextAsync();
        child.Send(1, new EgressConnect(EgressKind.Tcp, new string('a', 256), 443, ""));
        await child.Killed.WaitAsync(Deadline.Long);
        await _children.NextAsync();
    }

    [Fact]
    public async Task What_it_says_reaches_the_command_s_output_as_visible_text_only()
    {
        var child = await StartChildAsync(RefusalMode.Deny);
        child.Send(1, new EgressMisuse("\u001b]0;title\u0007", 443, "a\nb\u001b[31m"));
        var sentence = (await _command.ExpectMsgAsync<EgressNotices.Denied>(Deadline.Long)).Sentence;
        Assert.DoesNotContain(sentence, static c => char.IsControl(c));
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_question_was_withdrawn_opens_nothing()
    {
        await using var server = new RawServer(static (_, _) => Task.CompletedTask);
        var child = await StartChildAsync(RefusalMode.Ask);
        child.Send(1, new EgressConnect(EgressKind.Tcp, "127.0.0.1", server.Port, ""));
        var ask = await _broker.ExpectMsgAsync<AskPermission>(Deadline.Long);
        child.Send(1, default(EgressAbandon));
        await _broker.ExpectMsgAsync<AbandonPermission>(Deadline.Long);
        ask.ReplyTo.Tell(new PermissionAnswer(ask.Key, PermissionDecision.AllowOnce, "", "test"));
        child.Send(2, new EgressConnect(EgressKind.Name, "localhost", 0, ""));
        await _broker.ExpectMsgAsync<AskPermission>(Deadline.Long);
        Assert.Equal(0, server.Accepted);
    }
}
