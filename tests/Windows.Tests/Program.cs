using System.Reflection;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.WindowsTests;

// The launcher's specs start this program as a child, and commands start it as a helper.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;
if (args is [Helper.Argument, ..])
    return Helper.Run(args[1..]);
if (!OperatingSystem.IsWindows())
{
    Console.Error.WriteLine("These specs run on Windows, or under Wine: eng/test-windows.");
    return 2;
}
Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return SpecRunner.Run(Assembly.GetExecutingAssembly(), args.FirstOrDefault() ?? "");
