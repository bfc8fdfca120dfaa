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
}
