using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace ActorBrowser.Cli;

/// <summary><c>--version</c>: prints the versions of this program and of the runtime, and how this program was compiled.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        // A ReadyToRun build sets this value in the program's runtimeconfig.json.
        var compiled = !RuntimeFeature.IsDynamicCodeSupported ? "native" : AppContext.GetData("ActorBrowser.Compiled") as string ?? "JIT";
        Console.Out.WriteLine($"actorbrowser {BuildInfo.Version} ({compiled}, .NET {Environment.Version})");
        return ExitCodes.Success;
    }
}
