using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>Where <c>serve</c> listens: a socket in a folder that only this user can enter.</summary>
internal static class ServeFolder
{
    /// <summary>The folder: in XDG_RUNTIME_DIR, or else one of this user in /tmp.</summary>
    internal static string Path
    {
        get
        {
            var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            return runtime is not null && System.IO.Path.IsPathFullyQualified(runtime) && !RawArguments.IsDoubtful(runtime)
                ? System.IO.Path.Combine(runtime, "actorbrowser")
                : string.Create(CultureInfo.InvariantCulture, $"/tmp/actorbrowser-{CurrentProcess.UserId}");
        }
    }

    internal static string Socket => System.IO.Path.Combine(Path, "serve.sock");

    internal static string Lock => System.IO.Path.Combine(Path, "serve.lock");

    /// <summary>The log of <c>serve --keep</c>, if there is one.</summary>
    internal static string Log => System.IO.Path.Combine(Path, "serve.log");

    /// <summary>Creates the folder, or checks it.</summary>
    /// <exception cref="UsageException">Others can enter it, or it cannot be created.</exception>
    internal static void Prepare()
    {
        try
        {
            if (!OperatingSystem.IsWindows() && !Directory.Exists(Path))
                Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            throw new UsageException($"The folder {Path} cannot be created: {Complaint.ReasonOf(e)}");
        }
        if (OperatingSystem.IsLinux() && !UnixPeer.IsPrivateFolder(Path))
            throw new UsageException($"Others may enter {Path}, or it is not yours: remove it, or set XDG_RUNTIME_DIR to a folder of mode 0700.");
    }
}
