using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ActorBrowser.WindowsTests;

/// <summary>Runs every spec of this program, one after another, and prints each failure, each skip with its reason, and the counts.</summary>
internal sealed class SpecRunner : IMessageSink
{
    private readonly ManualResetEventSlim _finished = new();
    private int _passed;
    private int _failed;
    private int _skipped;

    /// <summary>Runs them.</summary>
    /// <param name="specs">The assembly.</param>
    /// <param name="filter">A part of the names of those to run; empty for all.</param>
    internal static int Run(Assembly specs, string filter)
    {
        var runner = new SpecRunner();
        using var framework = new XunitTestFramework(runner);
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(specs));
        using var found = new Discovered(filter);
        discoverer.Find(includeSourceInformation: false, found, new Choices());
        found.Finished.Wait(Timeout.Infinite);
        using var executor = framework.GetExecutor(specs.GetName());
        executor.RunTests(found.Cases, runner, new Choices());
        runner._finished.Wait(Timeout.Infinite);
        if (found.Cases.Count == 0)
            Console.Out.WriteLine($"No spec has '{filter}' in its name.");
        Console.Out.WriteLine($"{runner._passed} passed, {runner._failed} failed, {runner._skipped} skipped");
        return runner._failed > 0 || runner._passed == 0 ? 1 : 0;
    }

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestPassed passed:
                _passed++;
                Console.Out.WriteLine($"passed: {passed.Test.DisplayName} ({passed.ExecutionTime:0.00} s)");
                break;
            case ITestSkipped skipped:
                _skipped++;
                Console.Out.WriteLine($"skipped: {skipped.Test.DisplayName}: {skipped.Reason}");
                break;
            case ITestFailed failed:
                _failed++;
                Console.Out.WriteLine($"failed: {failed.Test.DisplayName}: {string.Join(" | ", failed.Messages)}\n{failed.StackTraces.FirstOrDefault()}");
                break;
            case IErrorMessage error:
                _failed++;
                Console.Out.WriteLine($"failed: {string.Join(" | ", error.Messages)}");
                break;
            case ITestAssemblyFinished:
                _finished.Set();
                break;
            default:
                break;
        }
        return true;
    }

    private sealed class Discovered(string filter) : IMessageSink, IDisposable
    {
        internal List<ITestCase> Cases { get; } = [];

        internal ManualResetEventSlim Finished { get; } = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage found && found.TestCase.DisplayName.Contains(filter, StringComparison.OrdinalIgnoreCase))
                Cases.Add(found.TestCase);
            else if (message is IDiscoveryCompleteMessage)
                Finished.Set();
            return true;
        }

        public void Dispose() => Finished.Dispose();
    }

    // One at a time: Wine has one server for all processes.
    private sealed class Choices : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal) { ["xunit.execution.DisableParallelization"] = true, ["xunit.execution.SynchronousMessageReporting"] = true };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
