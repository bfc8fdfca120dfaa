using System.Runtime.InteropServices;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>The native child image that the package <c>ActorBrowser.Child.linux-x64</c> adds to a program's folder, or the reason why it is not used.</summary>
/// <param name="Executable">The image; null if there is no usable one.</param>
/// <param name="Problem">Why no image is used; empty if one is.</param>
/// <param name="IsThere">Whether an image exists, usable or not.</param>
internal sealed record NativeChild(ChildExecutable? Executable, string Problem, bool IsThere)
{
    private const string FileName = "actorbrowser-child";

    private static readonly string Processor = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Finds the image: in the program's folder, where publishing for one system puts it, or below <c>runtimes</c>.</summary>
    /// <param name="folder">The program's folder.</param>
    /// <param name="build">The build of this program, which the image must have too.</param>
    internal static NativeChild Find(string folder, Guid build)
    {
        if (!OperatingSystem.IsLinux())
            return new NativeChild(null, "native child images are made for Linux only", false);
        string[] candidates = [Path.Combine(folder, FileName), Path.Combine(folder, "runtimes", $"linux-{Processor}", "native", FileName)];
        if (Array.Find(candidates, File.Exists) is not { } path)
            return new NativeChild(null, $"no native child image is next to it; the package ActorBrowser.Child.linux-{Processor} adds one", false);
        return ProblemOf(path, build) is { } problem
            ? new NativeChild(null, $"{path} {problem}", true)
            : new NativeChild(new ChildExecutable(path, []) { IsChildImage = true }, "", true);
    }

    private static string? ProblemOf(string path, Guid build)
    {
        ElfHeader? header;
        using (var file = RegularFile.TryOpen(path))
        {
            if (file is null)
                return "cannot be read";
            header = ElfHeader.TryRead(file);
        }
        if (header is null)
            return "is not a program for this system";
        if (header.Machine != (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ElfHeader.Arm64 : ElfHeader.X64))
            return "is for another processor";
        if (header.Interpreter.Length > 0 && !File.Exists(header.Interpreter))
            return $"needs the loader {header.Interpreter}, which is not on this system";
        if (header.BuildId != build.ToString("N"))
            return $"is of build {header.BuildId}, and this program of build {build:N}; both must come from the same version of ActorBrowser";
        return PathProbe.TryExecute(Encoding.UTF8.GetBytes(path)) == 0 ? null : "may not be executed by this user: chmod a+x";
    }
}
