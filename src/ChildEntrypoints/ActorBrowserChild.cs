using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>The first line of an embedder's <c>Main</c>: <c>if (ActorBrowserChild.TryRun(args, out var code)) return code;</c></summary>
public static class ActorBrowserChild
{
    internal const string BrowserRole = "browser";

    /// <summary>Runs the child, if this process was started as one of the built-in roles.</summary>
    /// <param name="args">The arguments of Main.</param>
    /// <param name="exitCode">The exit code for Main to return.</param>
    /// <returns>True in a child, which has run to its end; false in the parent, which continues.</returns>
    public static bool TryRun(string[] args, out int exitCode) => TryRun(args, null, out exitCode);

    /// <summary>Runs the child, if this process was started as one.</summary>
    /// <param name="args">The arguments of Main.</param>
    /// <param name="roles">The roles this program can run as; null for the built-in ones.</param>
    /// <param name="exitCode">The exit code for Main to return.</param>
    /// <returns>True in a child, which has run to its end; false in the parent, which continues.</returns>
    public static bool TryRun(string[] args, ChildRoles? roles, out int exitCode)
    {
        exitCode = 0;
        if (RoleOf(args) is not { } role)
        {
            // Main may have passed other arguments than the process received; a child must not continue as a browser.
            if (RoleOf(Environment.GetCommandLineArgs()) is not { } own || Environment.GetEnvironmentVariable(WireProtocol.ParentVariable) is null)
                return false;
            role = own;
        }
        exitCode = Run(role, roles ?? ChildRoles.BuiltIn);
        return true;
    }

    private static string? RoleOf(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == WireProtocol.RoleArgument)
                return i + 1 < args.Length ? args[i + 1] : "";
            if (args[i].StartsWith(WireProtocol.RoleArgument + "=", StringComparison.Ordinal))
                return args[i][(WireProtocol.RoleArgument.Length + 1)..];
        }
        return null;
    }

    private static int Run(string role, ChildRoles roles)
    {
        if (role == BrowserRole)
            return Fail(ChildExitCodes.Usage, "the browser is never a subprocess");
        // Before any code of the role runs: even the role's constructor may block while the parent dies.
        if (!OperatingSystem.IsWindows())
            Hardening.Apply(RoleContracts.Of(role).OwnsProcesses);
        // A child that runs out of memory, on any thread, exits with its own code, because that is not a crash. The first handler
        // runs before the runtime describes the failure: a native runtime needs memory for that, and waits for ever if there is
        // none.
        ExceptionHandling.SetUnhandledExceptionHandler(static failed => ExitIfOutOfMemory(failed));
        AppDomain.CurrentDomain.UnhandledException += static (_, failed) => ExitIfOutOfMemory(failed.ExceptionObject);
        if (TryCreate(roles, role, out var problem) is not { } instance)
            return Fail(ChildExitCodes.Usage, problem ?? $"this program has no role '{role}', only {string.Join(", ", roles.Names.Order(StringComparer.Ordinal))}. To add a role, pass it to TryRun: ChildRoles.BuiltIn.With(\"{role}\", ...)");
        if (Environment.GetEnvironmentVariable(WireProtocol.DescriptorVariable) is { } number)
        {
            return number == "3"
                ? RunOnSocket(role, instance)
                : Fail(ChildExitCodes.Usage, $"{WireProtocol.DescriptorVariable} is '{number}', not {WireProtocol.ChildDescriptor}");
        }
        if (Environment.GetEnvironmentVariable(WireProtocol.PipeVariable) is { } pipe)
            return RunOnPipe(role, instance, pipe);
        return Fail(ChildExitCodes.Usage,
            $"no channel: neither {WireProtocol.DescriptorVariable} nor {WireProtocol.PipeVariable} is set; only its parent can start a child");
    }

    private static IFrameRole? TryCreate(ChildRoles roles, string role, out string? problem)
    {
        problem = null;
        try
        {
            return roles.Create(role);
        }
        catch (PlatformNotSupportedException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private static bool ExitIfOutOfMemory(object failed)
    {
        if (failed is OutOfMemoryException)
            CurrentProcess.ExitNow(ChildExitCodes.OutOfMemory);
        return false;
    }

    private static int RunOnSocket(string role, IFrameRole instance)
    {
        var channel = new BlockingSocketChannel(new SafeDescriptor(WireProtocol.ChildDescriptor), ChannelLimits.Default);
        var loop = new ChildLoop(role, instance, channel, channel.SetLimits);
        if (loop.SayHello() is { } unconfined)
            return Fail(ChildExitCodes.Unconfined, unconfined);
        channel.Run(loop);
        return loop.ExitCode;
    }

    // Not inlined: a child on a socket must not load the thread and task code of named pipes before it is Ready.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunOnPipe(string role, IFrameRole instance, string pipe)
    {
        var secret = Environment.GetEnvironmentVariable(WireProtocol.PipeSecretVariable) ?? "";
        StreamChannel channel;
        try
        {
            // Without it, the secret would go to whoever has made the pipe.
            if (!int.TryParse(Environment.GetEnvironmentVariable(WireProtocol.ParentVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var parent) && OperatingSystem.IsWindows())
                return Fail(ChildExitCodes.Usage, $"the pipe '{pipe}' cannot be used: {WireProtocol.ParentVariable} does not name the parent");
            channel = NamedPipeEndpoint.Connect(pipe, secret, ChannelLimits.Default, parent);
        }
        catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException or FormatException)
        {
            return Fail(ChildExitCodes.Usage, $"the pipe '{pipe}' cannot be used: {e.Message}");
        }
        using var ended = new ManualResetEventSlim();
        var loop = new ChildLoop(role, instance, channel, channel.SetLimits) { Ended = ended.Set };
        if (loop.SayHello() is { } unconfined)
            return Fail(ChildExitCodes.Unconfined, unconfined);
        channel.Start(loop);
        ended.Wait(Timeout.Infinite);
        return loop.ExitCode;
    }

    /// <summary>Writes one line to stderr. Console is not used: its encodings and terminal handling take longer than the rest of the start.</summary>
    internal static int Fail(int exitCode, string reason)
    {
        using var stderr = ErrorStream();
        stderr.Write(Encoding.UTF8.GetBytes($"{ChildExitNumbers.LinePrefix}{reason}\n"));
        return exitCode;
    }

    /// <summary>Opens the error stream; disposing it leaves the descriptor open.</summary>
    internal static Stream ErrorStream() => OperatingSystem.IsWindows()
        ? StandardStream.Open(isError: true) : new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
