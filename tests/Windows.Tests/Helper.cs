using System.Collections;

namespace ActorBrowser.WindowsTests;

/// <summary>What this program does as a command of a spec.</summary>
internal static unsafe class Helper
{
    internal const string Argument = "--helper";

    internal static int Run(string[] args)
    {
        // Under Wine 8 it has no standard handles at its terminal.
        if (args[0] is not ("terminal" or "stay"))
            Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        switch (args[0])
        {
            case "arguments":
                foreach (var one in args[1..])
                    Console.Out.Write($"<{one}>");
                return 0;
            case "variables":
                foreach (var one in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>())
                    Console.Out.WriteLine($"{one.Key}={one.Value}");
                return 0;
            case "copy":
                using (var input = Console.OpenStandardInput())
                using (var output = Console.OpenStandardOutput())
                    input.CopyTo(output);
                return 0;
            case "flood":
                using (var output = Console.OpenStandardOutput())
                {
                    var piece = new byte[10_000];
                    for (var i = 0; i < int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture); i++)
                        output.Write(piece);
                }
                return 0;
            case "exit":
                return int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture);
            case "fault":
                *(int*)8 = 1;
                return 0;
            case "folder":
                Console.Out.Write(Environment.CurrentDirectory);
                return 0;
            case "handles":
                Console.Out.Write(Handles.IsOpen((nint)long.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture)) ? "inherited" : "not inherited");
                return 0;
            case "wait":
                Console.Out.WriteLine("waiting");
                goto case "stay";
            case "stay":
                using (var never = new ManualResetEventSlim())
                    never.Wait(Timeout.Infinite);
                return 0;
            case "interrupted":
                return Consoles.WaitForInterruption();
            case "goes-on":
                Consoles.WaitForInterruption();
                // Longer than any grace here.
                using (var never = new ManualResetEventSlim())
                    never.Wait(TimeSpan.FromSeconds(4));
                Console.Out.WriteLine("goes on");
                return Consoles.Interrupted;
            case "deaf":
                return Consoles.SwitchOffInterruption();
            case "no-console":
                return Consoles.LeaveConsole();
            case "leave":
                System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Launching.Program, [Argument, .. args[1..]]) { UseShellExecute = false })!.Dispose();
                return 3;
            case "interrupt":
                return Consoles.InterruptAnother(Enum.Parse<Interop.WindowsOrder>(args[1]), args[2], args[3..]);
            case "terminal":
                return Consoles.TalkAtTerminal();
            case "launch":
                return Launching.StartAndWait();
            default:
                return 99;
        }
    }
}
