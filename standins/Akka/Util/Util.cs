using System;
using System.Diagnostics;
using System.Threading;
using Akka.Actor;

namespace Akka.Util
{
    public interface ISurrogate
    {
        ISurrogated FromSurrogate(ActorSystem system);
    }

    public interface ISurrogated
    {
        ISurrogate ToSurrogate(ActorSystem system);
    }

    /// <summary>A value or nothing.</summary>
    public readonly struct Option<T> : IEquatable<Option<T>>
    {
        public static readonly Option<T> None = default;

        public Option(T value)
        {
            Value = value;
            HasValue = value is not null;
        }

        public bool HasValue { get; }

        public T Value { get; }

        public bool IsEmpty => !HasValue;

        public static implicit operator Option<T>(T value) => new(value);

        public static bool operator ==(Option<T> left, Option<T> right) => left.Equals(right);

        public static bool operator !=(Option<T> left, Option<T> right) => !left.Equals(right);

        public static Option<T> Create(T value) => new(value);

        public T GetOrElse(T fallbackValue) => HasValue ? Value : fallbackValue;

        public Option<T> OrElse(Option<T> alternative) => HasValue ? this : alternative;

        public Option<TNew> Select<TNew>(Func<T, TNew> selector) => HasValue ? selector(Value) : Option<TNew>.None;

        public Option<TNew> FlatSelect<TNew>(Func<T, Option<TNew>> mapper) => HasValue ? mapper(Value) : Option<TNew>.None;

        public void OnSuccess(Action<T> action)
        {
            if (HasValue)
                action(Value);
        }

        public bool Equals(Option<T> other) => HasValue == other.HasValue && Equals(Value, other.Value);

        public override bool Equals(object obj) => obj is Option<T> other && Equals(other);

        public override int GetHashCode() => HasValue ? Value.GetHashCode() : 0;

        public override string ToString() => HasValue ? $"Some<{Value}>" : "None";
    }

    public static class MonotonicClock
    {
        public static TimeSpan Elapsed => TimeSpan.FromMilliseconds(Environment.TickCount64);

        public static TimeSpan ElapsedHighRes => Stopwatch.GetElapsedTime(0);
    }
}

namespace Akka.Util.Internal
{
    public class AtomicCounter
    {
        private int _value;

        public AtomicCounter(int initialValue) => _value = initialValue;

        public AtomicCounter() => _value = -1;

        public int Current => Volatile.Read(ref _value);

        public int Next() => Interlocked.Increment(ref _value);

        public int IncrementAndGet() => Interlocked.Increment(ref _value);

        public int GetAndIncrement() => Interlocked.Increment(ref _value) - 1;

        public int Decrement() => Interlocked.Decrement(ref _value);

        public int AddAndGet(int amount) => Interlocked.Add(ref _value, amount);

        public void Reset() => Interlocked.Exchange(ref _value, 0);
    }

    public class AtomicCounterLong
    {
        private long _value;

        public AtomicCounterLong(long value) => _value = value;

        public AtomicCounterLong() => _value = -1;

        public long Current => Volatile.Read(ref _value);

        public long Next() => Interlocked.Increment(ref _value);

        public long IncrementAndGet() => Interlocked.Increment(ref _value);

        public long GetAndIncrement() => Interlocked.Increment(ref _value) - 1;
    }

    public static class Extensions
    {
        public static T AsInstanceOf<T>(this object self) => (T)self;

        /// <summary><c>a."b.c".d</c> is three elements.</summary>
        public static System.Collections.Generic.IEnumerable<string> SplitDottedPathHonouringQuotes(this string path)
        {
            var element = new System.Text.StringBuilder();
            var quoted = false;
            foreach (var c in path)
            {
                if (c == '"')
                {
                    quoted = !quoted;
                }
                else if (c == '.' && !quoted)
                {
                    yield return element.ToString();
                    element.Clear();
                }
                else
                {
                    element.Append(c);
                }
            }
            yield return element.ToString();
        }

        public static TimeSpan Min(this TimeSpan a, TimeSpan b) => a < b ? a : b;

        public static TimeSpan Max(this TimeSpan a, TimeSpan b) => a > b ? a : b;
    }

    public static class Base64Encoding
    {
        public const string Base64Chars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

        public static string Base64Encode(this long value, string prefix = "")
        {
            var text = new System.Text.StringBuilder(prefix);
            do
            {
                text.Append(Base64Chars[(int)(value & 63)]);
                value >>= 6;
            }
            while (value != 0);
            return text.ToString();
        }
    }
}
