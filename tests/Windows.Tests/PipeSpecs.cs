using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>Who may connect to a child's pipe, and to whose pipe a child connects.</summary>
[SupportedOSPlatform("windows")]
public sealed class PipeSpecs
{
    [Fact]
    public async Task It_admits_its_user_alone_and_one_connection()
    {
        using var endpoint = new NamedPipeEndpoint();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, Environment.ProcessId);
        using var client = new NamedPipeClientStream(".", endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await client.ConnectAsync(5000);
        var rule = Assert.Single(client.GetAccessControl().GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)).Cast<AccessRule>());
        using var user = WindowsIdentity.GetCurrent();
        Assert.Equal((user.User, AccessControlType.Allow), (rule.IdentityReference, rule.AccessControlType));
        using var second = new NamedPipeClientStream(".", endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await Assert.ThrowsAsync<TimeoutException>(() => second.ConnectAsync(200));
        await client.WriteAsync(Convert.FromHexString(endpoint.Secret));
        (await accepting.WaitAsync(Launching.Patience)).Dispose();
    }

    [Fact]
    public async Task Strangers_that_connect_first_are_disconnected_and_the_child_gets_through()
    {
        using var endpoint = new NamedPipeEndpoint();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var launch = Launching.Of("renderer") with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret };
        Task<StreamChannel>? accepting = null;
        using var child = WindowsProcess.Start(new WindowsStart(
            Launching.Program, WindowsCommandLine.Of(Launching.Program, [ChildLauncher.RoleArgument, "renderer"]), ChildEnvironment.Build(ChildLauncher.EnvironmentFor(launch)), job)
        {
            Look = process =>
            {
                // One that has hung up before anybody waits for it, and some that wait to be told something.
                WindowsPipe.Touch(endpoint.Name);
                accepting = endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, process.Id);
                for (var i = 0; i < 3; i++)
                {
                    using var stranger = new NamedPipeClientStream(".", endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous);
                    stranger.Connect(Launching.Patience);
                    Assert.Equal(-1, EndOf(stranger));
                    Assert.False(accepting.IsCompleted);
                }
            },
        });
        (await accepting!.WaitAsync(Launching.Patience)).Dispose();
        await WindowsWait.ForAsync(child.Handle).WaitAsync(Launching.Patience);
    }

    [Fact]
    public async Task A_wait_that_ends_with_strangers_alone_names_the_last()
    {
        using var endpoint = new NamedPipeEndpoint();
        using var deadline = new CancellationTokenSource();
        var accepting = endpoint.AcceptAsync(ChannelLimits.Default, deadline.Token, peer: 4);
        using var client = new NamedPipeClientStream(".", endpoint.Name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await client.ConnectAsync(5000);
        await Task.Run(() => EndOf(client)).WaitAsync(Launching.Patience);
        await deadline.CancelAsync();
        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => accepting.WaitAsync(Launching.Patience));
        Assert.Contains($"Process {Environment.ProcessId} connected", refused.Message, StringComparison.Ordinal);
        Assert.Contains("is for process 4, and that one did not", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_makes_another_pipe_of_its_name()
    {
        using var endpoint = new NamedPipeEndpoint();
        var refused = Assert.ThrowsAny<Exception>(() => new NamedPipeServerStream(endpoint.Name, PipeDirection.InOut, 10, PipeTransmissionMode.Byte, PipeOptions.Asynchronous));
        Assert.True(refused is IOException or UnauthorizedAccessException, $"{refused}");
    }

    [NeedsRealWindowsFact("Wine 8 ignores FILE_FLAG_FIRST_PIPE_INSTANCE")]
    public void A_pipe_whose_name_is_taken_is_not_made()
    {
        var name = $"actorbrowser-{Guid.NewGuid():D}";
        using var other = new NamedPipeServerStream(name, PipeDirection.InOut, 10, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        Assert.Throws<Win32Exception>(() => WindowsPipe.Serve(name, null, isForLow: false).Dispose());
    }

    [Fact]
    public async Task A_child_sends_its_secret_to_no_pipe_if_it_does_not_know_its_parent()
    {
        using var endpoint = new NamedPipeEndpoint();
        var start = new ProcessStartInfo(Launching.Program, [ChildLauncher.RoleArgument, "renderer"]) { RedirectStandardError = true };
        (start.Environment[WireProtocol.PipeVariable], start.Environment[WireProtocol.PipeSecretVariable]) = (endpoint.Name, endpoint.Secret);
        start.Environment.Remove(WireProtocol.ParentVariable);
        using var child = Process.Start(start)!;
        var said = await child.StandardError.ReadToEndAsync().WaitAsync(Launching.Patience);
        using var over = new CancellationTokenSource(Launching.Patience);
        await child.WaitForExitAsync(over.Token);
        Assert.Equal(64, child.ExitCode);
        Assert.Contains("does not name the parent", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_sends_its_secret_to_no_pipe_that_another_process_has_made()
    {
        using var endpoint = new NamedPipeEndpoint();
        var refused = Assert.Throws<UnauthorizedAccessException>(() => NamedPipeEndpoint.Connect(endpoint.Name, endpoint.Secret, ChannelLimits.Default, parent: 4));
        Assert.Contains($"process {Environment.ProcessId} has made it, not the parent 4", refused.Message, StringComparison.Ordinal);
    }

    private static int EndOf(NamedPipeClientStream stranger)
    {
        try
        {
            return stranger.ReadByte();
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
