using ActorBrowser.TestChild;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.TracingTests;

/// <summary>One trace from the client of a typed role to its handler.</summary>
public sealed class RoleTraceSpecs() : TestKit("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.log-dead-letters = off")
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_of_a_role_is_one_trace_to_its_handler_and_an_exception_is_an_error(bool overOtlp)
    {
        var options = new ActorBrowserOptions { ChildExecutable = TestChildProgram.Path, Configuration = "actorbrowser.role.spares = 0" };
        var browser = Sys.StartActorBrowser(options.AddRole(TypedRole.Role));
        var role = RoleClient<TypedRole>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role);
        await using var sink = await SpanSink.StartAsync(overOtlp);
        await sink.AskAsync(async () =>
        {
            await role.AskAsync<Done>(new Work("hello", 0)).Soon();
            await Assert.ThrowsAsync<RoleFailedException>(() => role.AskAsync<Done>(new Work("throw", 0)).Soon());
        });
        Assert.Equal("""
            asker
              typed/Work
                queue
                spawn
                typed
                  handle
                wire
              typed/Work
                queue
                typed
                  handle
                wire
            """, sink.Tree());
        var failed = Assert.Single(sink.Spans(), static span => span.IsError);
        Assert.Equal(("typed/Work", typeof(RoleFailedException).FullName, "Work"), (failed.Name, failed.Attributes["error.type"], failed.Attributes["rpc.method"]));
    }

    [Fact]
    public async Task A_role_without_a_process_has_the_same_spans()
    {
        var role = RoleClient<TypedRole>.For(TypedRole.Role.InProcess(Sys));
        await role.AskAsync<Done>(new Work("hello", 0)).Soon();
        await using var sink = await SpanSink.StartAsync();
        await sink.AskAsync(() => role.AskAsync<Done>(new Work("hello", 0)).Soon());
        Assert.Equal("""
            asker
              typed/Work
                queue
                typed
                  handle
                wire
            """, sink.Tree());
    }
}
