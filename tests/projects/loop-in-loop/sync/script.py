from sync.bridge import fetch_for_script


def main():
    print(fetch_for_script("https://prices.example.com"))


if __name__ == "__main__":
    main()
